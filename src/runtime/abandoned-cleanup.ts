import type { Condition, KindDefinition } from '../crds/shared.ts';
import { findCondition } from '../crds/shared.ts';
import type { ResourceEvent } from './controller.ts';
import { failureText } from './failure.ts';
import type { RawObject } from './resource.ts';

/**
 * The last that is told of a resource whose cleanup is given up. An event may be cut at its end: what is left and how to
 * remove it comes first.
 */
export function abandonedCleanup(
  { status }: Pick<RawObject, 'status'>,
  { leaves }: Pick<KindDefinition<unknown, unknown>, 'leaves'>,
  { error, failingForMs }: { readonly error: unknown; readonly failingForMs: number },
): ResourceEvent {
  return {
    type: 'Warning',
    reason: 'CleanupAbandoned',
    action: 'Cleanup',
    note: `The cleanup in Elasticsearch kept failing for ${Math.round(failingForMs / 1000)} seconds and was given up. ${blockLeft(status) ?? leaves ?? 'Look for what this resource left behind.'} The last failure: ${failureText(error)}`,
  };
}

/** By the condition that every kind has to set while it blocks writes; its message names the index. */
function blockLeft(status: unknown): string | undefined {
  const blocked = findCondition(status as { conditions?: readonly Condition[] } | undefined, 'WritesBlocked'); // checked by the CRD's schema
  return blocked?.status === 'True'
    ? `A write block may be left (${blocked.message}): lift it by PUT /_settings of that index with {${settings(blocked).join(', ')}}.`
    : undefined;
}

/** What is kept for a way back is hidden too, so that no wildcard finds it beside its successor. */
function settings({ reason }: Condition): readonly string[] {
  const block = '"index.blocks.write": null';
  return reason === 'RollbackWindow' ? [block, '"index.hidden": null'] : [block];
}
