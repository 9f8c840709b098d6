import { z } from 'zod';
import { ask } from './ask.ts';
import type { Elasticsearch } from './elasticsearch.ts';

export interface NodeDisk {
  /** As Elasticsearch lists them: `data`, `data_hot`, `master`, ... */
  readonly roles: readonly string[];
  /** What may still be written before shards are moved away: free bytes above the high watermark, 0 at the least. */
  readonly usableBytes: number;
}

const nodesSchema = z.object({
  _nodes: z.object({ failed: z.literal(0) }),
  nodes: z.record(
    z.string(),
    z.object({
      roles: z.array(z.string()),
      fs: z.object({ total: z.object({ total_in_bytes: z.number(), available_in_bytes: z.number() }) }),
    }),
  ),
});

/** How much each node can take. Needs the cluster privilege `monitor`. */
export async function nodeDisks(es: Elasticsearch, signal?: AbortSignal): Promise<readonly NodeDisk[]> {
  const filter =
    '_nodes.failed,nodes.*.roles,nodes.*.fs.total.total_in_bytes,nodes.*.fs.total.available_in_bytes';
  const request = { method: 'GET', path: '/_nodes/stats/fs', query: { filter_path: filter } } as const;
  const [{ nodes }, reserved] = await Promise.all([
    ask(es, request, nodesSchema, signal),
    highWatermark(es, signal),
  ]);
  return Object.values(nodes).map(({ roles, fs: { total } }) => ({
    roles,
    usableBytes: Math.max(0, total.available_in_bytes - reserved(total.total_in_bytes)),
  }));
}

/** Bytes that must stay free on a disk of that size. */
type Reserved = (diskBytes: number) => number;

const settingsSchema = z.object({
  defaults: z.unknown().optional(),
  persistent: z.unknown().optional(),
  transient: z.unknown().optional(),
});

async function highWatermark(es: Elasticsearch, signal?: AbortSignal): Promise<Reserved> {
  const query = { include_defaults: true, filter_path: `*.${DISK}` };
  const request = { method: 'GET', path: '/_cluster/settings', query } as const;
  const { defaults, persistent, transient } = await ask(es, request, settingsSchema, signal);
  return reservedBy({ ...dotted(defaults), ...dotted(persistent), ...dotted(transient) });
}

const DISK = 'cluster.routing.allocation.disk';

/**
 * The high watermark as a number of bytes. It is a part of the disk that may be used (`90%`, `0.9`), of which no more
 * than `max_headroom` must stay free, or the bytes that must stay free (`50gb`).
 * @param settings by their dotted names; where one says nothing, or what nobody knows, nothing has to stay free.
 */
export function reservedBy(settings: Readonly<Record<string, string>>): Reserved {
  const text = (name: string) => settings[`${DISK}.${name}`] ?? '';
  if (text('threshold_enabled') === 'false') return () => 0;
  const high = text('watermark.high');
  const share = /^([0-9.]+)%$/u.exec(high)?.[1];
  const used = share === undefined ? ratio(high) : Number(share) / 100;
  if (used === undefined) return () => bytesOf(high) ?? 0;
  const most = bytesOf(text('watermark.high.max_headroom')) ?? Number.POSITIVE_INFINITY;
  return (diskBytes) => Math.min(diskBytes * (1 - used), most);
}

function ratio(written: string): number | undefined {
  return /^[01]([.][0-9]+)?$/u.test(written) ? Number(written) : undefined;
}

const UNITS = ['b', 'kb', 'mb', 'gb', 'tb', 'pb'];

/** `-1`, which stands for no limit, is no amount. */
function bytesOf(written: string): number | undefined {
  const [, amount, unit = ''] = /^([0-9.]+)([a-z]+)$/u.exec(written.toLowerCase()) ?? [];
  const power = UNITS.indexOf(unit);
  return amount === undefined || power < 0 ? undefined : Number(amount) * 1024 ** power;
}

/** Elasticsearch nests some names and leaves dots in others. */
function dotted(value: unknown, path = ''): Readonly<Record<string, string>> {
  if (typeof value === 'string') return { [path]: value };
  if (value === null || typeof value !== 'object') return {};
  const parts = Object.entries(value).map(([key, below]) =>
    dotted(below, path === '' ? key : `${path}.${key}`),
  );
  return Object.assign({}, ...parts) as Readonly<Record<string, string>>;
}
