import type { Run, Status } from './observed.ts';
import type { Rule } from './step.ts';

/** Tries that the repository calls a success and that were found to lack an index: status alone remembers them. */

/** The schema takes as many. The newest matter most: retention rests on the newest success. */
const MOST_REMEMBERED = 500;

/** Remembers the try as incomplete, or as none when it is not: a name that was free again may be used anew. */
export function withIncomplete(status: Status, { snapshot, repository }: Run, isIncomplete: boolean): Status {
  const before = status.incomplete ?? [];
  const others = before.filter(({ name }) => name !== snapshot);
  if (!isIncomplete && others.length === before.length) return status;
  const incomplete = isIncomplete ? [{ name: snapshot, repository }, ...others] : others;
  return { ...status, incomplete: incomplete.slice(0, MOST_REMEMBERED) };
}

/** Forgets what has left the repository, and nothing else: another one, or a file that is damaged, says nothing of it. */
export const forgetGone: Rule = ({ spec, seen }, step) => {
  const { incomplete, ...rest } = step.status;
  if (incomplete === undefined || seen?.snapshots === undefined) return step;
  const there = new Set([...seen.snapshots, ...seen.unreadable].map(({ name }) => name));
  const left = incomplete.filter(({ name, repository }) => repository !== spec.repository || there.has(name));
  return { ...step, status: { ...rest, ...(left.length > 0 && { incomplete: left }) } };
};

export function incompleteNames({ incomplete = [] }: Status): ReadonlySet<string> {
  return new Set(incomplete.map(({ name }) => name));
}
