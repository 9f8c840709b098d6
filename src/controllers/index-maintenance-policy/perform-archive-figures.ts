import { refresh } from '../../elasticsearch/refresh.ts';
import type { ListedIndex } from './observed.ts';
import type { CopyContext } from './perform-archive-copy.ts';
import { readNamed } from './perform-effect.ts';

/**
 * What the batch has made of both indexes, so that the plan that follows tells of documents that are still there, without a
 * listing of the whole cluster for each batch. Statistics count what was refreshed.
 */
export async function learnFigures({ batch, cluster, pass, dependencies }: CopyContext): Promise<void> {
  const names = [batch.index, batch.destination];
  for (const name of names) await refresh(cluster.es, name, pass.signal);
  const found = (await readNamed(cluster, names, pass.signal)).map(withoutQuiet);
  await dependencies.listings.learn(cluster, (indices) => [
    ...indices.filter(({ name }) => !names.includes(name)),
    ...found,
  ]);
}

/** A listing counts the time without writes from its own moment, which is before this one. */
const withoutQuiet = (index: ListedIndex): ListedIndex =>
  index.figures === undefined ? index : { ...index, figures: { ...index.figures, quietMs: undefined } };
