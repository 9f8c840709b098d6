import type { ReindexRequestStatus } from '../../crds/reindex-request.ts';
import { contentHash } from '../../runtime/content-hash.ts';
import { hasWriteBlock } from './index-facts.ts';
import { ABANDONED_MS, LONGEST_GAP_MS, SILENT_MS } from './lock-watch.ts';
import { isRecent, time } from './moments.ts';
import { foreignEpochs } from './names.ts';
import type { Claim, HeldClaim } from './observed.ts';
import type { Situation } from './situation.ts';

/** Of whoever may be gone it is told what becomes of what it has left: perhaps a block that stops all writers. */
export function whyHeld(situation: Situation, { name, silentMs = 0 }: HeldClaim): string {
  if (silentMs < SILENT_MS) return `it works on ${name}`;
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

type Silence = NonNullable<NonNullable<ReindexRequestStatus['turn']>['silence']>;

/** Who has a name; for how long it has been silent is still to be told. */
export type FoundClaim =
  | Exclude<Claim, HeldClaim>
  | (Omit<HeldClaim, 'abandoned' | 'sign'> & { readonly sign: string });

/** Of everybody who is waited for: one of them is enough to change it. */
export function signOf(claims: readonly (FoundClaim | Claim)[]): string {
  return contentHash(claims.flatMap((claim) => (claim.by === 'other' ? [[claim.name, claim.sign]] : [])));
}

/**
 * What is written down of a silence, so that an operator that starts again and again takes over in the end: once a minute,
 * and not of whoever works.
 */
export function silenceOf({ observed, status, now }: Situation): Silence | undefined {
  const claims = observed.claims ?? [];
  const ms = Math.min(...claims.flatMap((claim) => (claim.by === 'other' ? (claim.silentMs ?? 0) : [])));
  if (ms < SILENT_MS || ms === Infinity) return undefined;
  const [sign, minutes] = [signOf(claims), Math.floor(ms / 60_000)];
  const before = status.turn?.silence;
  return before?.sign === sign && before.minutes === minutes ? before : { sign, minutes, seen: time(now) };
}

/**
 * What other processes have seen of this very silence, in milliseconds: measured by what has passed, so that a clock that
 * was set adds nothing. A part each has to see itself, since the holder may just be back.
 */
export function knownMs({ status, now }: Situation, sign: string): number {
  const { silence } = status.turn ?? {};
  if (silence?.sign !== sign || !isRecent(silence.seen, LONGEST_GAP_MS, now)) return 0;
  return Math.min(silence.minutes * 60_000, ABANDONED_MS - SILENT_MS);
}
