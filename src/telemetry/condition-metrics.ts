import { findCondition } from '../crds/shared.ts';
import type { Condition, Resource } from '../crds/shared.ts';
import { trueCondition } from './status-series.ts';
import type { StatusSeries } from './status-series.ts';

/** What every kind has in common. */
export type AnyResource = Pick<
  Resource<unknown, { readonly conditions?: readonly Condition[] }>,
  'metadata' | 'status'
> & {
  readonly kind: string;
};

const READY = { True: 1, False: 0, Unknown: 0 } as const;

/** 1 while the condition is True, and absent otherwise, as the condition itself is. */
const whileTrue = (name: string, type: string, help: string): StatusSeries<AnyResource> => ({
  name,
  help,
  labels: ['kind', 'reason'],
  read: ({ kind, status }) => {
    const found = trueCondition(status, type);
    return found === undefined ? [] : [[1, kind, found.reason]];
  },
});

/** What tools that know no kind of ours go by. */
export const conditionSeries: readonly StatusSeries<AnyResource>[] = [
  {
    name: 'es_steward_resource_ready',
    help: '1 when the condition Ready is True, else 0; absent before the first look.',
    labels: ['kind', 'reason'],
    read: ({ kind, status }) => {
      const ready = findCondition(status, 'Ready');
      return ready === undefined ? [] : [[READY[ready.status], kind, ready.reason]];
    },
  },
  whileTrue(
    'es_steward_resource_reconciling',
    'Reconciling',
    '1 while time must pass or something outside must change; absent otherwise.',
  ),
  whileTrue(
    'es_steward_resource_stalled',
    'Stalled',
    '1 while a resource must be changed, or has failed for good; absent otherwise.',
  ),
];
