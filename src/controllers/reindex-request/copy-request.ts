import type { ReindexRequest, ReindexRequestSpec, ReindexRequestStatus } from '../../crds/reindex-request.ts';
import type { Resource } from '../../crds/shared.ts';
import { unpacked } from './packed-journal.ts';
import { withoutForecast } from './progress.ts';
import { resolveNow } from './query-time.ts';

/** What all stages judge: one copy of one index. A series is one such copy after the other. */
export interface CopySpec extends Omit<ReindexRequestSpec, 'source' | 'destination'> {
  readonly source: ReindexRequestSpec['source'] & {
    readonly index: string;
    /** The query as a person wrote it, where it says `now`: `query` says the time of the plan instead. */
    readonly statedQuery?: unknown;
  };
  readonly destination: ReindexRequestSpec['destination'] & { readonly index: string };
}

export type CopyRequest = Resource<CopySpec, ReindexRequestStatus>;

/**
 * The copy that is at work at present; undefined while a series has none. Of a series it sees the percent of its own
 * index, which the status that people read does not show, and no forecast, which is of all.
 */
export function currentCopy(written: ReindexRequest): CopyRequest | undefined {
  const resource = written.status ? { ...written, status: unpacked(written.status) } : written;
  const { spec, status } = resource;
  const { source, destination } = spec;
  if (source.series === undefined || destination.series === undefined)
    return atTimeOfPlan(withNames(resource, source.index ?? '', destination.index ?? ''));
  const { current, destination: to, percent = 0 } = status?.series ?? {};
  if (current === undefined || to === undefined) return undefined;
  const copy = atTimeOfPlan(withoutWindow(withNames(resource, current, to)));
  const { progress } = status ?? {};
  if (!progress) return copy;
  return { ...copy, status: { ...status, progress: { ...withoutForecast(progress), percent } } };
}

/** All parts of a copy and its proof mean the same documents, and all indexes of a series the same time. */
function atTimeOfPlan(copy: CopyRequest): CopyRequest {
  const { query: statedQuery } = copy.spec.source;
  const { plan, series } = copy.status ?? {};
  // What is said is judged as it was written before there is a plan.
  if (statedQuery === undefined || plan === undefined) return copy;
  const at = series?.time ?? plan.createdTime;
  // A cast: what was an object is one.
  const query = resolveNow(statedQuery, at) as typeof statedQuery;
  return { ...copy, spec: { ...copy.spec, source: { ...copy.spec.source, query, statedQuery } } };
}

/** A window for each index would keep the next one waiting for as long: a series moves on, and has none. */
function withoutWindow(copy: CopyRequest): CopyRequest {
  const { spec } = copy;
  return { ...copy, spec: { ...spec, sourceAfter: { ...spec.sourceAfter, rollbackWindow: '0s' } } };
}

/** The series as a whole, for what is said when no index of it is at work. */
export function wholeSeries(resource: ReindexRequest): CopyRequest {
  const { source, destination } = resource.spec;
  return withNames(resource, source.series ?? '', destination.series ?? '');
}

/** Of one index of a series, or of a request that names one. */
export function withNames(resource: ReindexRequest, source: string, destination: string): CopyRequest {
  const { spec } = resource;
  return {
    ...resource,
    spec: {
      ...spec,
      source: { ...spec.source, index: source },
      destination: { ...spec.destination, index: destination },
    },
  };
}
