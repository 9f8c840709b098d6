import type { Situation } from '../situation.ts';
import { fail, type Step } from '../step.ts';

/** An administrator may protect an index at any time: from then on a copy may neither block it nor move its aliases. */
export function refuseProtected(situation: Situation): Step | undefined {
  const { source, spec, observed } = situation;
  const names = [source?.name ?? spec.source.index, spec.destination.index];
  const guarded = names.filter((name) => observed.protects(name));
  if (guarded.length === 0) return undefined;
  return fail(
    situation,
    'PreflightFailed',
    `${guarded.join(' and ')} came to be protected by connection ${observed.connection} during the copy: its protectedIndices or --protected-indices name it; no alias was moved: take it out there and retry, or copy another index in a new request`,
  );
}
