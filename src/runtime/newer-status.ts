import { type KindDefinition, writtenBy } from '../crds/shared.ts';
import { WaitingError } from './errors.ts';
import type { RawObject } from './resource.ts';

/** Nothing but another operator ends this wait, and that one starts anew. */
const LOOK_AGAIN_MS = 300_000;

/**
 * After a downgrade, the journal of a newer operator must not be acted on: what it means by it may be unknown here. Read
 * from the raw status, since the rest of it may be unreadable too.
 *
 * @throws WaitingError with the version that wrote it
 */
export function refuseNewerStatus(
  { statusFormat }: Pick<KindDefinition<unknown, unknown>, 'statusFormat'>,
  { status }: Pick<RawObject, 'status'>,
  ours: string,
): void {
  const found =
    typeof status === 'object' && status !== null && 'writtenBy' in status ? status.writtenBy : undefined;
  const writer = writtenBy.safeParse(found).data;
  if (writer === undefined || writer.format <= statusFormat) return;
  const isBlocked = typeof status === 'object' && status !== null && 'blockedSince' in status;
  const block = isBlocked ? ' Writes to its source are blocked meanwhile.' : '';
  throw new WaitingError(
    'NewerStatus',
    `es-steward ${writer.version} has written this status in a form that es-steward ${ours} does not know, so nothing is done: run ${writer.version} or a later version.${block}`,
    LOOK_AGAIN_MS,
  );
}
