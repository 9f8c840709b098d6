import type { SnapshotScheduleSpec } from '../../crds/snapshot-schedule.ts';
import { coveredByAny } from '../../elasticsearch/patterns.ts';
import { type IndexBirth, indexBirths } from '../../elasticsearch/snapshot-indices.ts';
import type { EffectContext } from './perform-effect.ts';

/**
 * Elasticsearch takes exclusions away from names before it looks what an alias stands for: an excluded index behind an
 * alias would be backed up all the same. What is excluded may not be, so that it is left out here.
 */

type Choice = Pick<SnapshotScheduleSpec, 'indices' | 'exclude'>;
type ExactChoice = Choice & { readonly refused?: string };

/** The choice with the indexes that are meant in the place of such aliases, or why it cannot be told exactly. */
export async function exactChoice({
  es,
  resource,
  pass,
}: Pick<EffectContext, 'es' | 'resource' | 'pass'>): Promise<ExactChoice> {
  const { indices, exclude } = resource.spec;
  const named = indices.filter((name) => !name.includes('*') && !coveredByAny(exclude, name));
  if (exclude.length === 0 || named.length === 0) return { indices, exclude };
  return choiceBehind({ indices, exclude }, await indexBirths(es, named, pass.signal));
}

/** @param found what the names in `indices` stand for that have no wildcard. */
export function choiceBehind({ indices, exclude }: Choice, found: readonly IndexBirth[]): ExactChoice {
  const excluded = found.filter(({ name }) => isExcluded(exclude, name));
  const unaliased = excluded.find(({ aliases }) => !aliases.some((alias) => indices.includes(alias)));
  if (unaliased !== undefined) return { indices, exclude, refused: notLeftOut(unaliased.name) };
  const behind = (alias: string) => found.filter(({ aliases }) => aliases.includes(alias));
  const exact = indices.flatMap((name) => {
    const members = behind(name);
    const left = members.filter((member) => !excluded.includes(member));
    return left.length < members.length ? left.map((member) => member.name) : name;
  });
  return { indices: [...new Set(exact)], exclude };
}

/** The data stream that an index belongs to, by its name. */
export const streamOf = (name: string): string | undefined =>
  /^\.ds-(.+)-\d{4}\.\d{2}\.\d{2}-\d{6,}$/.exec(name)?.[1];

/** The index of a data stream is excluded with its stream. */
function isExcluded(exclude: readonly string[], name: string): boolean {
  const stream = streamOf(name);
  return coveredByAny(exclude, name) || (stream !== undefined && coveredByAny(exclude, stream));
}

/** A data stream without some of its indexes is none, and an alias of streams does not tell which indexes it has. */
const notLeftOut = (name: string): string =>
  `${name} is in spec.exclude, but Elasticsearch takes it along with a data stream, or an alias of one, that spec.indices names: name other data streams there, or a pattern with *`;
