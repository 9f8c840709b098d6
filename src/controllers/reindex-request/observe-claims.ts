import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { undefinedWhen } from '../../elasticsearch/errors.ts';
import { type Lock, type LockOwner, readLocks } from '../../elasticsearch/locks.ts';
import { ABANDONED_MS, type LockWatch } from './lock-watch.ts';
import { foreignEpochs } from './names.ts';
import type { Claim, HeldClaim, IndexFacts } from './observed.ts';
import { type FoundClaim, signOf } from './silence.ts';

interface ClaimReads {
  readonly es: Elasticsearch;
  readonly uid: string;
  readonly watch: LockWatch;
  /** The index that is copied: its epoch alias tells of another copy even when the locks were lost. */
  readonly source?: IndexFacts | undefined;
  /** For how many milliseconds another process has seen this very sign. */
  readonly knownMs?: (sign: string) => number;
}

/** Who works on these indexes and aliases. */
export async function readClaims(
  names: readonly string[],
  reads: ClaimReads,
  signal: AbortSignal,
): Promise<readonly Claim[]> {
  // Who may not read them is told so before anything is done: by the privileges that are asked for.
  const locks = (await undefinedWhen(['forbidden'], readLocks(reads.es, names, signal))) ?? [];
  const cluster = await reads.watch.cluster();
  const found = names.map((name, at) => {
    const lock = locks[at];
    return lock ? claimOf(lock, reads, cluster) : unlocked(name, reads);
  });
  const knownMs = reads.knownMs?.(signOf(found)) ?? 0;
  return found.map((claim) => (claim.by === 'other' ? withSilence(claim, reads, knownMs) : claim));
}

function withSilence(
  claim: FoundClaim & { by: 'other' },
  { uid, watch }: ClaimReads,
  knownMs: number,
): HeldClaim {
  const silentMs = watch.silentMs(uid, claim.name, claim.sign, knownMs);
  return { ...claim, silentMs, abandoned: silentMs >= ABANDONED_MS };
}

function claimOf(lock: Lock, { uid }: ClaimReads, cluster: string): FoundClaim {
  const { name, owner } = lock;
  const blocks = owner?.blocks ?? false;
  if (owner?.uid === uid) return { name, by: 'us', lock, blocks };
  const sign = `${lock.primaryTerm}/${lock.seqNo}`;
  return { name, by: 'other', holder: holderOf(lock, owner, cluster), lock, blocks, sign };
}

function holderOf({ name }: Lock, owner: LockOwner | undefined, cluster: string): string {
  if (!owner) return `whoever has written the document ${name} of es-steward-locks`;
  const where = owner.cluster === cluster ? '' : ` of Kubernetes cluster ${owner.cluster}`;
  return `${owner.namespace}/${owner.name}${where}`;
}

/** A copy whose lock was lost writes it again within minutes; if not, nobody is there any more. */
function unlocked(name: string, { uid, source }: ClaimReads): FoundClaim {
  const [alias] = source?.name === name ? foreignEpochs(source, uid) : [];
  if (alias === undefined) return { name, by: 'nobody' };
  return { name, by: 'other', holder: `the request whose alias is ${alias}`, blocks: false, sign: alias };
}
