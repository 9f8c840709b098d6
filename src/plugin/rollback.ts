import type { ReindexRequest } from '../crds/reindex-request.ts';
import { findCondition, ROLLBACK } from '../crds/shared.ts';
import { annotate } from './annotate.ts';
import { confirmed } from './confirm.ts';
import { EXIT, misused, refused, type ExitCode } from './failure.ts';
import { ifAnswered, looks } from './looks.ts';
import { findOne, getOne } from './read.ts';
import { refusalOf, rollbackLines } from './rollback-lines.ts';
import type { Session } from './session.ts';
import { namedBy, titleOf, type OursOf } from './targets.ts';

type Request = OursOf<'reindex'>;

/** The value of the annotation that lets go of what was written since. */
const DISCARD = 'discard-new-writes';
const LIMIT_MS = 120_000;

/** Moves the aliases of a copy back, while its window is open. */
export async function rollback(session: Session, args: readonly string[]): Promise<ExitCode> {
  const request = await requestBy(session, args);
  const { out, clock, options } = session;
  const reason = refusalOf(request.resource);
  if (reason !== undefined) throw refused(`${titleOf(request)} cannot be rolled back: ${reason}`);
  const lines = rollbackLines(request.resource, options.discardNewWrites, clock.now());
  out.write(`${lines.join('\n')}\n\n`);
  if (!(await confirmed(session, `Move the aliases of ${titleOf(request)} back?`))) return EXIT.no;
  return askAll(session, request, valuesFor(request.resource, options.discardNewWrites, clock.now()));
}

/** A value that was answered before asks nothing: then the plain question goes first. */
function valuesFor({ status = {} }: ReindexRequest, discard: boolean, now: number): readonly string[] {
  const plain = `kubectl-${now}`;
  if (!discard) return [plain];
  return status.lastHandledRollback === DISCARD ? [plain, DISCARD] : [DISCARD];
}

async function askAll(session: Session, first: Request, values: readonly string[]): Promise<ExitCode> {
  let request = first;
  for (const value of values) {
    await annotate(session, request, { [ROLLBACK]: value }, () => stillOpen(session, request));
    // Until the values before it are answered, the last one would be none that is new.
    if (session.options.noWait && value === values.at(-1)) {
      session.out.write(`Asked for the rollback of ${titleOf(request)}.\n`);
      return EXIT.good;
    }
    request = await answered(session, request, value);
    if (request.resource.status?.phase === 'RolledBack') return moved(session, request);
  }
  const { status } = request.resource;
  const why = findCondition(status, 'RollbackRefused')?.message ?? status?.rollbackRefused;
  throw refused(`the rollback was refused: ${why ?? 'no reason is known'}`);
}

function moved({ out }: Session, request: Request): ExitCode {
  const { source, destination } = request.resource.status ?? {};
  out.write(
    `The aliases lead to ${source?.index ?? 'the source'} again. ${destination?.index ?? 'The destination'} stays, hidden and without writes, until you delete it.\n`,
  );
  return EXIT.good;
}

async function requestBy(session: Session, args: readonly string[]): Promise<Request> {
  const [named, ...more] = namedBy(args, ['reindex']);
  if (named === undefined || more.length > 0)
    throw misused('name one request: kubectl es-steward rollback NAME');
  return findOne(session, named);
}

async function reread(session: Session, { resource }: Request): Promise<Request> {
  const { namespace, name, uid } = resource.metadata;
  const after = await getOne(session, 'reindex', namespace, name);
  if (after?.resource.metadata.uid === uid) return after;
  throw refused(`reindex/${name} is gone; with it its rollback window`);
}

async function stillOpen(session: Session, before: Request): Promise<Request> {
  const after = await reread(session, before);
  const reason = refusalOf(after.resource);
  if (reason === undefined) return after;
  throw refused(`${titleOf(after)} cannot be rolled back any more: ${reason}`);
}

/** The request once the operator has answered this very value. */
async function answered(session: Session, before: Request, value: string): Promise<Request> {
  const limit = session.options.timeoutMs ?? LIMIT_MS;
  let silent = 'the operator';
  for await (const _ of looks(session, ['reindex'], before.resource.metadata.namespace, limit)) {
    const look = await ifAnswered(() => reread(session, before));
    if (look !== undefined && isAnswered(look.seen.resource, value)) return look.seen;
    silent = look === undefined ? 'the API server' : 'the operator';
  }
  throw refused(
    `${silent} has not answered within ${limit / 1000} s, the wish stays: kubectl es-steward status ${titleOf(before)} says how it goes on`,
  );
}

const isAnswered = ({ status = {} }: ReindexRequest, value: string): boolean =>
  status.phase === 'RolledBack' || status.lastHandledRollback === value;
