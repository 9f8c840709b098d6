/** A primary as `GET /{index}/_stats/docs?level=shards` tells of it, in step with itself up to that sequence number. */
export function startedPrimary({
  documents,
  maxSeqNo,
}: {
  readonly documents: number;
  readonly maxSeqNo: number;
}) {
  return {
    routing: { state: 'STARTED', primary: true },
    docs: { count: documents },
    seq_no: { max_seq_no: maxSeqNo, local_checkpoint: maxSeqNo, global_checkpoint: maxSeqNo },
    commit: { user_data: { history_uuid: 'h' } },
    retention_leases: { primary_term: 1 },
  };
}

/** The term of the one primary of an index as `GET /_cluster/state/metadata/{index}` tells it. */
export function stateWithTerms(index: string, term = 1) {
  return { metadata: { indices: { [index]: { primary_terms: { 0: term } } } } };
}
