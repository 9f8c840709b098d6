import { EXIT, refused, type ExitCode } from './failure.ts';
import { ifAnswered, looks } from './looks.ts';
import {
  followed,
  followOn,
  reindexProgress,
  snapshotProgress,
  type Followed,
  type Progress,
} from './progress.ts';
import { progressView, type ProgressView } from './progress-view.ts';
import { findOne, getOne, listOurs } from './read.ts';
import type { Session } from './session.ts';
import { namedBy, nameOf, pluralsOf, titleOf, type OursOf } from './targets.ts';

const WATCHABLE = ['reindex', 'snapshots'] as const;

type Watched = OursOf<(typeof WATCHABLE)[number]>;

/** Follows copies and snapshots until all of them have ended. */
export async function watch(session: Session, args: readonly string[]): Promise<ExitCode> {
  const watched = args.length > 0 ? await named(session, args) : await running(session);
  if (watched.length === 0) {
    session.out.write(
      `Nothing runs in ${session.namespace === undefined ? 'this cluster' : `namespace ${session.namespace}`}.\n`,
    );
    return EXIT.good;
  }
  const view = progressView(session);
  try {
    return await untilAllEnd(session, watched, view);
  } finally {
    view.end();
  }
}

async function untilAllEnd(
  session: Session,
  watched: readonly Watched[],
  view: ProgressView,
): Promise<ExitCode> {
  // No others: this login may not be allowed to see them.
  const types = [...new Set(watched.map(({ type }) => type))];
  const follows = watched.map(follow(session));
  for await (const _ of looks(session, types, session.namespace, session.options.timeoutMs)) {
    const all = await Promise.all(follows.map((look) => look()));
    view.show(all);
    if (all.every(({ end }) => end !== undefined))
      return all.every(({ end }) => end === 'good') ? EXIT.good : EXIT.no;
  }
  if (session.signal.aborted) return EXIT.interrupted;
  throw refused('not all has ended within --timeout; it goes on without being watched');
}

async function named(session: Session, args: readonly string[]): Promise<readonly Watched[]> {
  return Promise.all(namedBy(args, WATCHABLE).map((each) => findOne(session, each)));
}

/** What is at work, or waits for its turn or for a person. */
async function running(session: Session): Promise<readonly Watched[]> {
  const { found, hidden } = await listOurs(session, WATCHABLE);
  if (hidden.length > 0) session.err.write(`Not shown: ${pluralsOf(hidden)} (not allowed)\n`);
  const now = session.clock.now();
  return found.filter((one) =>
    one.type === 'reindex'
      ? reindexProgress(one.resource, now).end === undefined && !one.resource.spec.suspend
      : one.resource.status?.active !== undefined,
  );
}

/** Looks again, and says how far it is. What has ended is not asked any more. */
type Follow = () => Promise<Progress>;

const follow =
  (session: Session) =>
  (first: Watched): Follow => {
    let run: Followed = first.type === 'snapshots' ? followed(first.resource, session.clock.now()) : {};
    const judged = (one: Watched | undefined): Progress => {
      const now = session.clock.now();
      if (one?.resource.metadata.uid !== first.resource.metadata.uid) return deleted(first);
      if (one.type === 'reindex') return reindexProgress(one.resource, now);
      run = followOn(run, one.resource);
      return snapshotProgress(one.resource, run, now);
    };
    let last = judged(first);
    return async () => {
      if (last.end !== undefined) return placed(session, first, last);
      const { namespace, name } = first.resource.metadata;
      const look = await ifAnswered(() => getOne(session, first.type, namespace, name));
      if (look === undefined) return placed(session, first, { ...last, detail: UNANSWERED });
      last = judged(look.seen);
      return placed(session, first, last);
    };
  };

/** What was seen last stands until the next answer. */
const UNANSWERED = 'the API server does not answer; it is asked again';

const deleted = (one: Watched): Progress => ({
  title: titleOf(one),
  phase: 'Deleted',
  percent: undefined,
  detail: 'somebody has deleted it',
  end: 'bad',
});

/** Names are unique only in their namespace. */
const placed = ({ namespace }: Session, { type, resource }: Watched, progress: Progress): Progress =>
  namespace === undefined
    ? { ...progress, title: `${resource.metadata.namespace}: ${nameOf(type, resource.metadata.name)}` }
    : progress;
