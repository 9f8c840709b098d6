import { isElasticsearchError } from '../../elasticsearch/errors.ts';
import { createLock, deleteLock, type LockOwner, readLocks, replaceLock } from '../../elasticsearch/locks.ts';
import type { Claim } from './observed.ts';
import type { ActionOf, Change, EffectContext } from './perform-effect.ts';
import { time } from './moments.ts';

/** In the order of the names; it stops at the first that somebody else was quicker to take: the next pass reads who. */
export async function holdLocks(
  { claims, blocks }: ActionOf<'HoldLocks'>,
  context: EffectContext,
): Promise<void> {
  const { locks, resource } = context;
  for (const claim of claims) if (!(await hold(claim, blocks, context))) return;
  locks.renewed(resource.metadata.uid);
}

async function hold(claim: Claim, blocks: boolean, context: EffectContext): Promise<boolean> {
  const { es, pass } = context;
  if (claim.by === 'us') return true;
  const { name } = claim;
  if (claim.by === 'nobody') return createLock(es, name, await ownerOf(context, blocks), pass.signal);
  const { lock, holder } = claim;
  pass.log.warn({ name, holder }, 'taking over: no sign of life for ten minutes');
  // What its owner has left on the index is still to be judged by what that owner has said.
  const heir = await ownerOf(context, claim.blocks);
  return lock ? replaceLock(es, lock, heir, pass.signal) : createLock(es, name, heir, pass.signal);
}

/** What no pass of a copy may fail for: the locks order only, and safety comes from the epoch alias. */
const PASSES_BY = ['forbidden', 'blocked', 'diskFull', 'invalid', 'unavailable', 'overloaded'] as const;

/** As `renewAll`; where it is refused, the copy goes on, and the next sign of life is tried when it is due. */
export async function renewLocks(action: ActionOf<'RenewLocks'>, context: EffectContext): Promise<void> {
  try {
    await renewAll(action, context);
  } catch (error) {
    if (!isElasticsearchError(error, ...PASSES_BY)) throw error;
    context.pass.log.warn({ err: error }, 'locks could not be renewed in es-steward-locks');
    context.locks.renewed(context.resource.metadata.uid);
  }
}

/** Also of locks that were lost; what somebody else has taken meanwhile is left alone, and found by the next pass. */
async function renewAll({ names, blocks }: ActionOf<'RenewLocks'>, context: EffectContext): Promise<void> {
  const { es, resource, pass, locks } = context;
  const { uid } = resource.metadata;
  const [found, owner] = await Promise.all([readLocks(es, names, pass.signal), ownerOf(context, blocks)]);
  for (const [at, name] of names.entries()) {
    const lock = found[at];
    if (!lock && !(await createLock(es, name, owner, pass.signal))) return;
    if (lock && lock.owner?.uid !== uid) return;
    // Changed meanwhile = another process of this very request has said so.
    if (lock) await replaceLock(es, lock, owner, pass.signal);
  }
  locks.renewed(uid);
}

/** Only our own. Where it is refused for good, the locks end by themselves after ten minutes. */
export async function releaseLocks(
  { names }: ActionOf<'ReleaseLocks'>,
  { es, resource, pass }: EffectContext,
): Promise<Change> {
  try {
    const found = await readLocks(es, names, pass.signal);
    const own = found.filter((lock) => lock?.owner?.uid === resource.metadata.uid);
    for (const lock of own) if (lock) await deleteLock(es, lock, pass.signal);
  } catch (error) {
    if (!isElasticsearchError(error, 'forbidden', 'blocked', 'invalid')) throw error;
    pass.log.warn({ err: error }, 'locks could not be released; they end by themselves');
  }
  return ({ locks: _locks, ...status }) => status;
}

async function ownerOf({ resource, pass, locks }: EffectContext, blocks: boolean): Promise<LockOwner> {
  const { uid, namespace, name } = resource.metadata;
  return { uid, namespace, name, cluster: await locks.cluster(), blocks, heartbeat: time(pass.now) };
}
