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
const LARGE_BYTES = 2_000;

/** Which indexes are copied. */
export interface Choice {
  /** Of each index. */
  readonly documents: number;
  /** Only indexes of so many; absent: of each number. */
  readonly shards?: number | undefined;
  /** Only documents of so many; absent: of each size. */
  readonly bytes?: number | undefined;
}

export function layoutsOf({ documents, shards: only, bytes }: Choice): readonly Layout[] {
  const sizes = bytes === undefined ? [SMALL_BYTES, LARGE_BYTES] : [bytes];
  const counts = only === undefined ? [1, 5] : [only];
  return sizes.flatMap((documentBytes) =>
    counts.map((shards) => ({ name: nameOf(shards, documentBytes), shards, documentBytes, documents })),
  );
}

function nameOf(shards: number, bytes: number): string {
  const size = bytes < 1_000 ? `${bytes} B` : `${bytes / 1_000} KB`;
  return `${shards} ${shards === 1 ? 'shard' : 'shards'}, ${size}`;
}

export async function createSource({ es, name }: Stage, layout: Layout): Promise<Source> {
  const index = name();
  const alias = `${index}-alias`;
  await prepareWorkload({ ...layout, es, index, alias });
  return { layout, index, alias };
}
