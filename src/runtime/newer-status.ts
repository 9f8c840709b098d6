import { type KindDefinition, writtenBy } from '../crds/shared.ts';
import { WaitingError } from './errors.ts';
import type { RawObject } from './resource.ts';

/** Nothing but another operator ends this wait, and that one starts anew. */
const LOOK_AGAIN_MS = 300_000;

/**
 * After a downgrade, the journal of a newer operator must not be acted on: what it means by it may be unknown here. Nor is
 * one that cannot be read taken for lost, as one that was edited by hand is, where another version has written it: a
 * request that had ended would begin anew. Read from the raw status, since the rest of it may be unreadable too.
 *
 * @throws WaitingError with the version that wrote it
 */
export function refuseNewerStatus(
  definition: Pick<KindDefinition<unknown, unknown>, 'statusFormat' | 'status'>,
  { status }: Pick<RawObject, 'status'>,
  ours: string,
): void {
  const found =
    typeof status === 'object' && status !== null && 'writtenBy' in status ? status.writtenBy : undefined;
  const writer = writtenBy.safeParse(found).data;
  if (writer === undefined || isKnown(definition, status, writer, ours)) return;
  const isBlocked = typeof status === 'object' && status !== null && 'blockedSince' in status;
  const block = isBlocked ? ' Writes to its source are blocked meanwhile.' : '';
  throw new WaitingError(
    'NewerStatus',
    `es-steward ${writer.version} has written this status in a form that es-steward ${ours} does not know, so nothing is done: run ${writer.version} or a later version.${block}`,
    LOOK_AGAIN_MS,
  );
}

function isKnown(
  definition: Pick<KindDefinition<unknown, unknown>, 'statusFormat' | 'status'>,
  status: unknown,
  { version, format }: { readonly version: string; readonly format: number },
  ours: string,
): boolean {
  if (format > definition.statusFormat) return false;
  return version === ours || definition.status.safeParse(status).success;
}
