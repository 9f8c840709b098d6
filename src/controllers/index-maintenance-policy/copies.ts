import type { ReindexTask } from '../../elasticsearch/tasks.ts';

/** What runs in Elasticsearch and copies from or to indexes, as far as names tell. */
export interface Copies {
  /** Of indexes and aliases. */
  readonly names: readonly string[];
  /** Globs, of indexes and aliases as well. */
  readonly patterns: readonly string[];
}

/** `reindex from [a, b] to [c]`: what the request said, which may be aliases, patterns, and dates to be worked out. */
const DESCRIPTION = /^reindex from (.*) to \[(.*)\]$/s;

export type Copy = Pick<ReindexTask, 'description' | 'opaqueId'>;

/** @param complete whether every node told of its tasks: one that did not may copy from anything. */
export function copiesOf(running: readonly Copy[], complete: boolean): Copies {
  const sides = running.flatMap(({ description }) => sidesOf(description));
  const all = [...new Set([...sides, ...(complete ? [] : ['*'])])];
  const isPattern = (name: string) => name.includes('*');
  return { names: all.filter((name) => !isPattern(name)), patterns: all.filter(isPattern) };
}

/** One that says something else may be about anything. */
function sidesOf(description: string): readonly string[] {
  const [, sources, destination] = DESCRIPTION.exec(description) ?? [];
  if (sources === undefined || destination === undefined) return ['*'];
  return [...sources.slice(1, -1).split(', ').map(globOf), globOf(destination)];
}

const EVERYTHING: ReadonlySet<string> = new Set(['', '_all', 'all indices']);

/** `<logs-{now/d}>` is a name of the shape `logs-*`. */
function globOf(expression: string): string {
  if (EVERYTHING.has(expression)) return '*';
  return /^<.*>$/s.test(expression) ? expression.slice(1, -1).replace(/\{.*\}/s, '*') : expression;
}

/** `X-Opaque-Id` of the copy of a batch, whose id comes last: it tells the copies of ours from those of others. */
export const archiveOpaqueId = (policyUid: string, batchId: string): string =>
  `${ARCHIVE}${policyUid}-${batchId}`;

const ARCHIVE = 'es-steward-archive-';

/** Whether it is the copy of this batch, whichever process has asked for it. */
export const isCopyOf = (batchId: string, { opaqueId = '' }: Copy): boolean =>
  opaqueId.startsWith(ARCHIVE) && opaqueId.endsWith(`-${batchId}`);

/** Whether it is the copy of any batch of this policy. */
export const isArchivalOf = (policyUid: string, { opaqueId = '' }: Copy): boolean =>
  opaqueId.startsWith(`${ARCHIVE}${policyUid}-`);
