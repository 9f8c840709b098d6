/** What marks the indexes, aliases and tasks of one request in Elasticsearch. */

/** Everything that this project creates beside the user's own names starts so; nobody's pattern may touch it. */
export const OWN_PREFIX = 'es-steward-';

/** The key below `_meta` in a destination's mapping. */
export const META_KEY = 'es-steward';

/** The compare-and-swap of the copy protocol: whoever takes over moves the request on to the next epoch first. */
export function epochAlias(uid: string, epoch: number): string {
  return `${OWN_PREFIX}${uid.slice(0, 8)}-${epoch}`;
}

/** The epoch that an alias of this request stands for; undefined for anything else. */
export function epochOf(alias: string, uid: string): number | undefined {
  const prefix = `${OWN_PREFIX}${uid.slice(0, 8)}-`;
  const epoch = alias.startsWith(prefix) ? alias.slice(prefix.length) : '';
  return /^[1-9][0-9]{0,8}$/.test(epoch) ? Number(epoch) : undefined;
}

/** Whether an alias is the epoch alias of any request: its index is being copied. */
export function isEpochAlias(alias: string): boolean {
  return /^es-steward-[0-9a-f]{8}-[0-9]+$/.test(alias);
}

/** The epoch aliases of other requests on an index: somebody copies it, or has died while doing so. */
export function foreignEpochs(
  { aliases }: { readonly aliases: Readonly<Record<string, unknown>> },
  uid: string,
): readonly string[] {
  return Object.keys(aliases).filter((alias) => isEpochAlias(alias) && epochOf(alias, uid) === undefined);
}

/**
 * What tasks write to: an alias of the destination that goes with the attempt, and is gone once it has ended. An alias may
 * have an upper-case letter and an index may not. So where it is gone, with its index or by itself, Elasticsearch refuses
 * the next batch of a task; under any other name it would make an index for it, unmarked and for everybody to see.
 */
export function entranceAlias(uid: string, attempt: number): string {
  return `${OWN_PREFIX}${uid.slice(0, 8)}-Into-${attempt}`;
}

/** Whether an alias is that of any request. */
export function isEntrance(alias: string): boolean {
  return /^es-steward-.{8}-Into-[0-9]+$/.test(alias);
}

/** On an index that stays, while another one is deleted: the deletion takes it away, and comes true only where it finds it. */
export function guardAlias(uid: string, token: string): string {
  return `${OWN_PREFIX}${uid.slice(0, 8)}-Drop-${token}`;
}

export function isGuard(alias: string): boolean {
  return /^es-steward-.{8}-Drop-[0-9a-f]+$/.test(alias);
}

/** Those of this request: another one may be deleting its copy of the same index right now. */
export function ownGuards(
  { guards }: { readonly guards: readonly string[] },
  uid: string,
): readonly string[] {
  return guards.filter((alias) => alias.startsWith(guardAlias(uid, '')));
}

/** As the epoch alias, for the way back: on the destination while a rollback holds it, so that a late call of it finds nothing. */
export function rollbackAlias(uid: string, number: number): string {
  return `${OWN_PREFIX}${uid.slice(0, 8)}-back-${number}`;
}

/**
 * What that alias becomes right before the aliases move, and stays until they have: what was sent through it earlier finds
 * nothing any more.
 */
export function sealedAlias(alias: string): string {
  return alias.endsWith(SEALED) ? alias : `${alias}${SEALED}`;
}

const SEALED = '-last';

/** What that alias becomes when its try is over without a pass: a lift through it meets no block of a later try. */
export function releasedAlias(alias: string): string {
  return `${alias}-over`;
}

/** Aliases that are not the operator's own. */
export function userAliases({
  aliases,
}: {
  readonly aliases: Readonly<Record<string, unknown>>;
}): readonly string[] {
  return Object.keys(aliases).filter((alias) => !alias.startsWith(OWN_PREFIX));
}

/**
 * Where settings, mappings and the script are tried on a few real documents before anything else happens; each trial adds
 * a suffix of its own.
 */
export function scratchIndex(uid: string): string {
  return `${OWN_PREFIX}scratch-${uid.slice(0, 8)}`;
}

/** As the entrance of a destination: what the copy of a trial writes to, and that no index can be named. */
export function trialEntrance(scratch: string): string {
  const [uid, trial] = scratch.slice(scratchIndex('').length).split('-');
  return `${OWN_PREFIX}${uid}-Try-${trial}`;
}

/** The filter of an alias is tried there under a name of our own, so that nobody reads the trial through the real one. */
export function trialAlias(uid: string, number: number): string {
  return `${OWN_PREFIX}${uid.slice(0, 8)}-try-${number}`;
}

/** `X-Opaque-Id` of a range's task: found again in the task list when its id was never stored. */
export function rangeOpaqueId(
  uid: string,
  attempt: number,
  round: number,
  range: { readonly shard: number; readonly from: number },
): string {
  return `${uid}/${attempt}/${round}/${range.shard}/${range.from}`;
}

/** `X-Opaque-Id` of the copy into an index of a trial: found in the task list as a range's is, and never taken for one. */
export function trialOpaqueId(uid: string, scratch: string): string {
  return `${uid}/${scratch}`;
}

/** The uid of the request whose range a task copies; undefined for any other task. */
export function ownerOf(opaqueId: string | undefined): string | undefined {
  return /^([0-9a-f-]{36})(?:\/[0-9]+){4}$/.exec(opaqueId ?? '')?.[1];
}
