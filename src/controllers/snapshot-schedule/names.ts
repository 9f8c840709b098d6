import { z } from 'zod';

/** The key below `metadata` of a snapshot. */
const META_KEY = 'es-steward';

/** Whose a snapshot is, and for which slot it was made. */
export interface SnapshotMark {
  readonly uid: string;
  /** RFC 3339. */
  readonly slot: string;
  /** `namespace/name`, for people. */
  readonly schedule: string;
  /** The uuid of the cluster that it is of; earlier versions did not say. */
  readonly cluster?: string | undefined;
}

const marked = z.object({
  [META_KEY]: z.object({
    uid: z.string(),
    slot: z.iso.datetime().max(64),
    schedule: z.string(),
    cluster: z.string().max(64).optional(),
  }),
});

/** Undefined for a snapshot that no schedule has made. */
export function markOf(metadata: Readonly<Record<string, unknown>>): SnapshotMark | undefined {
  return marked.safeParse(metadata).data?.[META_KEY];
}

export function withMark(
  metadata: Readonly<Record<string, unknown>> | undefined,
  mark: SnapshotMark,
): Readonly<Record<string, unknown>> {
  return { ...metadata, [META_KEY]: mark };
}

/** As long as the uuid of every cluster. */
export const SOME_CLUSTER = '0'.repeat(22);

/** Elasticsearch takes less than this, counted as JSON. */
export const METADATA_BYTES = 1024;

export function metadataBytes(metadata: Readonly<Record<string, unknown>>): number {
  return new TextEncoder().encode(JSON.stringify(metadata)).length;
}

const LONGEST_PREFIX = 200;

/**
 * The name for a slot, the same whoever computes it: so Elasticsearch itself refuses a second snapshot.
 * @param number counts the names for one slot, from 1.
 */
export function snapshotName(
  { prefix, uid }: { readonly prefix: string; readonly uid: string },
  slot: string,
  number: number,
): string {
  const [date = '', clock = ''] = slot.split('T');
  const moment = `${date.replaceAll('-', '.')}-${clock.slice(0, 8).replaceAll(':', '')}`;
  const owner = uid.replaceAll('-', '').slice(0, 6);
  const name = `${prefix.slice(0, LONGEST_PREFIX)}-${moment}-${owner}`;
  return number === 1 ? name : `${name}-${number}`;
}

/** Of a name that `snapshotName` made. */
export function numberOf(name: string): number {
  return Number(/-\d{6}-[0-9a-z]{6}-(\d{1,4})$/.exec(name)?.[1] ?? 1);
}

/** What the temporary indexes of restore checks look like, which are never part of a snapshot. */
export const RESTORED_PATTERN = '*-restore-check-*';

/** Whether it is one of them, rather than an index of somebody who calls it so: by the exact form of our suffix. */
export function isTemporary(name: string): boolean {
  return /-restore-check-[0-9a-f]{14}$/.test(name);
}

export function restoredSuffix(uid: string, slot: string): string {
  return stemOf(uid) + Math.floor(Date.parse(slot) / 1000).toString(16);
}

const stemOf = (uid: string): string => `-restore-check-${uid.replaceAll('-', '').slice(0, 6)}`;

/** What the temporary indexes of all checks of one schedule look like. */
export const restoredPattern = (uid: string): string => `*${stemOf(uid)}*`;

/** Whether a check of this schedule has given the name, whichever it was. */
export const isRestoredBy = (uid: string, name: string): boolean =>
  isTemporary(name) && name.slice(0, -SECONDS).endsWith(stemOf(uid));

/** Hexadecimal digits of a slot, until 2106. */
const SECONDS = 8;
