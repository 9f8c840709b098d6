import { z } from 'zod';
import { missingPrivilege } from './public-messages.ts';

/** What a copy has done, as far as it got. */
export interface ReindexCounts {
  readonly total: number;
  readonly created: number;
  readonly updated: number;
  readonly noops: number;
  readonly deleted: number;
  readonly versionConflicts: number;
  readonly batches: number;
  /** Batches that Elasticsearch was too busy for and has tried again; undefined where it does not say. */
  readonly retries?: number | undefined;
}

export interface ReindexFailure {
  readonly index: string | undefined;
  /** Undefined when a shard could not be read, rather than a document not be written. */
  readonly id: string | undefined;
  readonly status: number | undefined;
  /** E.g. `strict_dynamic_mapping_exception`. */
  readonly type: string;
  /** Elasticsearch's words. May quote the document: not for status or events, but for a `security_exception`, of which it is our sentence. */
  readonly reason: string;
}

export interface ReindexResult extends ReindexCounts {
  readonly failures: readonly ReindexFailure[];
  /** Why it was cancelled; the counts are then partial and `failures` is empty. */
  readonly canceled: string | undefined;
  readonly timedOut: boolean;
}

const countFields = {
  total: z.number(),
  created: z.number(),
  updated: z.number(),
  noops: z.number(),
  deleted: z.number(),
  version_conflicts: z.number(),
  batches: z.number(),
  retries: z
    .object({ bulk: z.number(), search: z.number() })
    .transform(({ bulk, search }) => bulk + search)
    .optional(),
};

export const reindexCounts = z.object(countFields).transform(renameCounts);

const reason = z.object({ type: z.string(), reason: z.string().nullish() });
const failure = z
  .object({
    index: z.string().optional(),
    id: z.string().optional(),
    status: z.number().optional(),
    cause: reason.optional(),
    reason: reason.optional(),
  })
  .transform(({ index, id, status, cause, reason }) => ({
    index,
    id,
    status,
    ...withSentence((cause ?? reason)?.type ?? 'unknown', (cause ?? reason)?.reason ?? ''),
  }));

/** What a login lacks is told by names alone. */
export function withSentence(
  type: string,
  reason: string,
): { readonly type: string; readonly reason: string } {
  return { type, reason: type === 'security_exception' ? missingPrivilege({ reason }) : reason };
}

export const reindexResult: z.ZodType<ReindexResult> = z
  .object({
    ...countFields,
    failures: z.array(failure),
    canceled: z.string().optional(),
    timed_out: z.boolean(),
  })
  .transform(({ failures, canceled, timed_out, ...counts }) => ({
    ...renameCounts(counts),
    failures,
    canceled,
    timedOut: timed_out,
  }));

function renameCounts<T extends { version_conflicts: number }>({ version_conflicts, ...counts }: T) {
  return { ...counts, versionConflicts: version_conflicts };
}
