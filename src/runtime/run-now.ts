import { type Conditioned, type ObjectMeta, RUN_NOW, tokenOf } from '../crds/shared.ts';

/** What an object asks for by the annotation run-now. */
export interface RunNow {
  readonly metadata: Pick<ObjectMeta, 'annotations' | 'creationTimestamp'>;
  readonly status?: (Conditioned & { readonly lastHandledRunNow?: string | undefined }) | undefined;
}

/** The token of a run that no pass has answered yet. An empty one asks for nothing, as one that was taken away. */
export function pendingRunNow(object: RunNow, now: number): string | undefined {
  const token = tokenOf(object.metadata, RUN_NOW);
  const isHandled = token === object.status?.lastHandledRunNow || hasLostStatus(object, now);
  return token === '' || isHandled ? undefined : token;
}

/** What a status that was lost has said of the annotation, so that the next pass knows it again. */
export function recalledRunNow(object: RunNow, now: number): { readonly lastHandledRunNow?: string } {
  const token = hasLostStatus(object, now) ? tokenOf(object.metadata, RUN_NOW) : undefined;
  return token === undefined ? {} : { lastHandledRunNow: token };
}

/** Longer than any first pass takes, be the operator installed together with the object. */
const NEW_MS = 600_000;

/**
 * The first pass already writes conditions. An old object without any has lost them: the run that it asks for was made
 * long ago, and another might delete what is not due.
 */
function hasLostStatus({ metadata, status }: RunNow, now: number): boolean {
  const isSilent = (status?.conditions ?? []).length === 0;
  return isSilent && now - Date.parse(metadata.creationTimestamp) > NEW_MS;
}
