import type { ResourceEvent } from '../../runtime/controller.ts';
import type { Rule } from './step.ts';
import { add } from './step.ts';

/** What of a repository cannot be read is told, whoever made it; it is neither counted nor deleted. */

const SHOWN = 10;

export const tellUnreadable: Rule = ({ seen, spec }, step) => {
  if (seen?.snapshots === undefined) return step;
  const { unreadable: before, ...rest } = step.status;
  const names = seen.unreadable.map(({ name }) => name);
  if (names.length === 0) return add(step, { status: rest });
  const unreadable = { count: names.length, names: names.slice(0, SHOWN) };
  const events = names.length > (before?.count ?? 0) ? [event(names, spec.repository)] : [];
  return add(step, { status: { ...rest, unreadable }, events });
};

function event([first = '', ...others]: readonly string[], repository: string): ResourceEvent {
  const what = others.length === 0 ? first : `${first} and ${others.length} more`;
  const note = `${what} in repository ${repository} cannot be read: a file of it is missing or damaged. Nothing rests on it, and it is not deleted; restore the file, or delete the snapshot`;
  return { type: 'Warning', reason: 'SnapshotUnreadable', action: 'Schedule', note };
}
