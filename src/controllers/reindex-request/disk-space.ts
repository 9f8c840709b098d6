import type { NodeDisk } from '../../elasticsearch/disk.ts';
import type { CopySpec } from './copy-request.ts';
import type { FlatSettings } from '../index-settings.ts';
import { ownSettings } from './destination.ts';
import { isBlocked } from './index-facts.ts';
import type { IndexFacts, PreflightFacts } from './observed.ts';

/** A copy is written once more while its segments are merged, in part. */
const MARGIN = 1.2;

/** What the copy needs and has room for; undefined when it fits. Says what to do about it. */
export function diskShortage(
  spec: CopySpec,
  source: IndexFacts,
  { bytes, share = 1, disks }: Pick<PreflightFacts, 'bytes' | 'share' | 'disks'>,
): string | undefined {
  if (!disks) return undefined;
  const settings = ownSettings(spec.destination, source);
  const nodes = nodesOf(disks, settings);
  const copies = 1 + Math.min(replicasOf(spec, settings), Math.max(nodes.length - 1, 0));
  const once = MARGIN * bytes * share;
  // A node holds each shard once.
  const room = nodes.reduce((sum, { usableBytes }) => sum + Math.min(usableBytes, once), 0);
  if (room >= copies * once) return undefined;
  const replicas = copies === 1 ? '' : `, ${copies - 1} for each replica again`;
  return `${spec.destination.index} needs ${bytesText(copies * once)} of disk (${MARGIN} times the primaries of ${source.name}${replicas}), and the ${nodes.length} data nodes that may hold it have room for ${bytesText(room)} of that below the high disk watermark: free disk space or add a node; it continues by itself`;
}

/** Of the first tier that has nodes, where the destination names tiers. The frozen one holds only mounted snapshots. */
function nodesOf(disks: readonly NodeDisk[], settings: FlatSettings): readonly NodeDisk[] {
  const preferred = textOf(settings['index.routing.allocation.include._tier_preference']).split(',');
  const holding = (isWanted: (role: string) => boolean) =>
    disks.filter(({ roles }) => roles.some((role) => role === 'data' || isWanted(role)));
  const tiers = preferred.map((tier) => holding((role) => role === tier.trim()));
  const any = holding((role) => role.startsWith('data_') && role !== 'data_frozen');
  return preferred[0] === '' ? any : (tiers.find((nodes) => nodes.length > 0) ?? any);
}

/** At least so many; a template that knows more is not asked. */
function replicasOf({ destination }: CopySpec, settings: FlatSettings): number {
  const [, most] = textOf(settings['index.auto_expand_replicas']).split('-');
  if (most === 'all') return Number.POSITIVE_INFINITY;
  const unsaid = destination.createFrom === 'Template' ? 0 : 1;
  const said = Number(most ?? settings['index.number_of_replicas'] ?? unsaid);
  // What is no number is refused when the destination is tried out, by the name of the setting.
  return Number.isInteger(said) ? said : unsaid;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** Two digits, so that a sentence stays as it is while a disk changes a little. */
export function bytesText(bytes: number): string {
  const power = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), UNITS.length - 1);
  return `${Number((bytes / 1024 ** power).toPrecision(2))} ${UNITS[power]}`;
}

/**
 * A node that holds a shard of it has less free space than its flood stage leaves: Elasticsearch refuses every write
 * to the index, and lifts its block by itself once there is space again.
 */
export function isFlooded(index: IndexFacts | undefined): boolean {
  return index !== undefined && isBlocked(index, 'read_only_allow_delete');
}

export function floodMessage(index: string): string {
  return `the disk of a node is full up to its flood stage, and Elasticsearch refuses writes to ${index}: free disk space or add a node; the copy continues by itself`;
}
