import type { ReindexRequestStatus } from '../../crds/reindex-request.ts';
import { ownMeta } from './destination-mark.ts';
import { withoutPipelines } from './destination-settings.ts';
import { META_KEY } from './names.ts';
import type { DocumentFailure } from './observed.ts';
import { contentHash } from '../../runtime/content-hash.ts';

/** Where a copy keeps what it could not write: hidden, and outside of every pattern of ours. */
export function errorIndex(destination: string): string {
  return `${destination}-error`;
}

/** A pipeline that an index template gives has no business with these entries, and could refuse them. */
export const ERROR_INDEX_BODY = {
  settings: {
    'index.hidden': true,
    'index.number_of_shards': 1,
    'index.auto_expand_replicas': '0-1',
    ...withoutPipelines,
  },
  mappings: {
    dynamic: false,
    _meta: { [META_KEY]: { holds: 'errors' } },
    properties: {
      request: { type: 'keyword' },
      attempt: { type: 'integer' },
      index: { type: 'keyword' },
      shard: { type: 'integer' },
      seqNo: { type: 'long' },
      id: { type: 'keyword' },
      routing: { type: 'keyword' },
      status: { type: 'integer' },
      type: { type: 'keyword' },
      reason: { type: 'text', index: false },
      source: { type: 'object', enabled: false },
    },
  },
} as const;

/** Only an index that says so of itself is written to. */
export function holdsErrors(mappings: unknown): boolean {
  return ownMeta(mappings)['holds'] === 'errors';
}

/** Whoever writes to it says so in status; what it has outlives the attempt. */
export function withErrorIndex(
  destination: string,
  attempt: number,
  status: ReindexRequestStatus,
): ReindexRequestStatus {
  if (!status.copy?.bad) return status;
  return { ...status, errorIndex: { name: errorIndex(destination), attempt: status.attempt ?? attempt } };
}

/**
 * For the end of a copy that leaves out nothing: the index is there still, and a person decides about it. Requests for the
 * same destination share it, and what a document was like before it was corrected is nowhere else.
 */
export function leftErrors(
  destination: string,
  { errorIndex: left, progress }: ReindexRequestStatus,
): string | undefined {
  if (left?.name !== errorIndex(destination) || (progress?.quarantined ?? 0) > 0) return undefined;
  return `${left.name} is left as it is, with what attempt ${left.attempt} could not write, all of it copied or deleted since: delete it if nobody needs it`;
}

/** A document that could not be written, by the place that it has in the source. */
export interface FailedDocument {
  readonly shard: number;
  readonly seqNo: number;
  readonly id: string;
  readonly routing: string | undefined;
  readonly source: Readonly<Record<string, unknown>> | undefined;
  readonly failure: DocumentFailure;
}

/** The same document of the same attempt has one entry, its newest, however often it is written again and tried. */
export function errorEntry(
  { uid, attempt, index }: { readonly uid: string; readonly attempt: number; readonly index: string },
  { shard, seqNo, id, routing, source, failure }: FailedDocument,
) {
  const key = contentHash({ uid, attempt, shard, id, routing }).slice(0, 32);
  const { status, type, detail } = failure;
  return {
    id: key,
    // An index template may require one, and no call takes that back. There is one shard.
    routing: key,
    source: {
      request: uid,
      attempt,
      index,
      shard,
      seqNo,
      id,
      ...(routing === undefined ? {} : { routing }),
      status,
      type,
      reason: detail,
      source: source ?? {},
    },
  };
}
