import { prepareWorkload } from '../../../test/support/workload.ts';
import type { Stage } from './stage.ts';

/** A kind of index that is copied. */
export interface Layout {
  readonly name: string;
  readonly shards: number;
  readonly documentBytes: number;
  readonly documents: number;
}

/** An index of a layout, written once and copied many times. */
export interface Source {
  readonly layout: Layout;
  readonly index: string;
  readonly alias: string;
}

export const SMALL_BYTES = 200;

/** @param documents of the small ones; there are fewer of the large ones, so that each copy takes about as long. */
export function layoutsOf(documents: number): readonly Layout[] {
  const small = { documentBytes: SMALL_BYTES, documents };
  const large = { documentBytes: 2_000, documents: Math.ceil(documents / 4) };
  return [
    { name: '1 shard, 200 B', shards: 1, ...small },
    { name: '5 shards, 200 B', shards: 5, ...small },
    { name: '1 shard, 2 KB', shards: 1, ...large },
    { name: '5 shards, 2 KB', shards: 5, ...large },
  ];
}

export async function createSource({ es, name }: Stage, layout: Layout): Promise<Source> {
  const index = name();
  const alias = `${index}-alias`;
  await prepareWorkload({ ...layout, es, index, alias });
  return { layout, index, alias };
}
