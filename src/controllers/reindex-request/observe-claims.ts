import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { undefinedWhen } from '../../elasticsearch/errors.ts';
import { type Lock, type LockOwner, readLocks } from '../../elasticsearch/locks.ts';
import { ABANDONED_MS, type LockWatch, SILENT_MS } from './lock-watch.ts';
import { foreignEpochs } from './names.ts';
import type { Claim, IndexFacts } from './observed.ts';

interface ClaimReads {
  readonly es: Elasticsearch;
  readonly uid: string;
  readonly watch: LockWatch;
  /** The index that is copied: its epoch alias tells of another copy even when the locks were lost. */
  readonly source?: IndexFacts | undefined;
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
  return names.map((name, at) => {
    const lock = locks[at];
    return lock ? claimOf(lock, reads, cluster) : unlocked(name, reads);
  });
}

function claimOf(lock: Lock, { uid, watch }: ClaimReads, cluster: string): Claim {
  const { name, owner } = lock;
  const blocks = owner?.blocks ?? false;
  if (owner?.uid === uid) return { name, by: 'us', lock, blocks };
  const silence = silenceOf(watch.silentMs(uid, name, `${lock.primaryTerm}/${lock.seqNo}`));
  return { name, by: 'other', holder: holderOf(lock, owner, cluster), lock, blocks, ...silence };
}

function silenceOf(ms: number) {
  return { silent: ms >= SILENT_MS, abandoned: ms >= ABANDONED_MS };
}

function holderOf({ name }: Lock, owner: LockOwner | undefined, cluster: string): string {
  if (!owner) return `whoever has written the document ${name} of es-steward-locks`;
  const where = owner.cluster === cluster ? '' : ` of Kubernetes cluster ${owner.cluster}`;
  return `${owner.namespace}/${owner.name}${where}`;
}

/** A copy whose lock was lost writes it again within minutes; if not, nobody is there any more. */
function unlocked(name: string, { uid, watch, source }: ClaimReads): Claim {
  const [alias] = source?.name === name ? foreignEpochs(source, uid) : [];
  if (alias === undefined) return { name, by: 'nobody' };
  const silence = silenceOf(watch.silentMs(uid, name, alias));
  return { name, by: 'other', holder: `the request whose alias is ${alias}`, blocks: false, ...silence };
}
