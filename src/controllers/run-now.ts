import { type ObjectMeta, RUN_NOW, tokenOf } from '../crds/shared.ts';

/** What an object asks for by the annotation run-now. */
export interface RunNow {
  readonly metadata: Pick<ObjectMeta, 'annotations'>;
  readonly status?: { readonly lastHandledRunNow?: string | undefined } | undefined;
}

/** The token of a run that no pass has answered yet. An empty one asks for nothing, as one that was taken away. */
export function pendingRunNow({ metadata, status }: RunNow): string | undefined {
  const token = tokenOf(metadata, RUN_NOW);
  return token === '' || token === status?.lastHandledRunNow ? undefined : token;
}
