import { hasWriteBlock } from './index-facts.ts';
import { foreignEpochs } from './names.ts';
import type { HeldClaim } from './observed.ts';
import type { Situation } from './situation.ts';

/** Of whoever may be gone it is told what becomes of what it has left: perhaps a block that stops all writers. */
export function whyHeld(situation: Situation, { name, silent }: HeldClaim): string {
  if (!silent) return `it works on ${name}`;
  const blocked = blockedBy(situation);
  const end = blocked === undefined ? '' : `; until then writes to ${blocked} are blocked`;
  return `it gives no sign of life, and what it has on ${name} is taken over after ten minutes without one${end}`;
}

/** A block that will be lifted then: it can be the holder's only while its epoch alias is there. */
function blockedBy({ observed, uid }: Situation): string | undefined {
  const { sources, claims = [] } = observed;
  const [source] = sources;
  if (!source || !hasWriteBlock(source) || foreignEpochs(source, uid).length === 0) return undefined;
  const isTheirs = claims.some(({ name, by, blocks }) => name === source.name && by === 'other' && blocks);
  return isTheirs ? source.name : undefined;
}
