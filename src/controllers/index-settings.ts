/** Settings of an index, flat: `index.refresh_interval`. */
export type FlatSettings = Readonly<Record<string, unknown>>;

/** Elasticsearch writes these itself, or they belong to one index and not to its successor. */
const NOT_COPIED = [
  /^index\.(uuid|creation_date|creation_date_string|provided_name|version\..*|history\..*|resize\..*|shrink\..*)$/,
  /^index\.(verified_read_only|verified_before_close|hidden|priority_source)$/,
  /^index\.blocks\./,
  /^index\.lifecycle\./,
  /^index\.routing\.allocation\.initial_recovery\./,
  /^index\.(default_pipeline|final_pipeline)$/,
  // Of mounted snapshots, followers and downsampled indexes: nobody but Elasticsearch may set them.
  /^index\.(store\.snapshot|xpack\.ccr|downsample)\./,
  /^index\.(recovery\.type|allocation\.existing_shards_allocator|shard_limit\.group|frozen|search\.throttled)$/,
  /^index\.routing\.allocation\.disk\.watermark\.ignore$/,
];

/** Where the index lies says nothing about where its successor may lie: only what is mounted in parts is `data_frozen`. */
const NOT_COPIED_VALUES: FlatSettings = {
  'index.store.type': 'snapshot',
  'index.routing.allocation.include._tier_preference': 'data_frozen',
};

/** Nested or dotted, with or without `index.` in front: all become one flat map. */
export function flatten(settings: unknown, path = ''): FlatSettings {
  if (settings === null || typeof settings !== 'object' || Array.isArray(settings))
    return { [prefixed(path)]: settings };
  const members = Object.entries(settings).map(([key, value]) =>
    flatten(value, path ? `${path}.${key}` : key),
  );
  return Object.assign({}, ...members) as FlatSettings;
}

function prefixed(path: string): string {
  return path.startsWith('index.') ? path : `index.${path}`;
}

/**
 * Whether an index of logs gives each document that comes into it an id of its own, made from the fields that it is routed
 * by: what is copied twice is there twice, and nothing tells which copy is of which document.
 */
export function givesIds(settings: unknown): boolean {
  const { 'index.mode': mode, 'index.routing_path': path } = flatten(settings);
  return mode === 'logsdb' && path !== undefined && path !== null;
}

/**
 * Whether documents have other ids after a copy. Those of a time series are made from what each is routed by, and its time:
 * they stay the same only in another one that is routed alike.
 */
export function changesIds(from: unknown, to: unknown): boolean {
  return givesIds(to) || (isTimeSeries(to) && !(isTimeSeries(from) && routedBy(from) === routedBy(to)));
}

export const isTimeSeries = (settings: unknown): boolean => flatten(settings)['index.mode'] === 'time_series';

const routedBy = (settings: unknown): string => String(flatten(settings)['index.routing_path']);

/** What an index that takes over documents of another one has in common with it. */
export function copiedSettings(settings: unknown): FlatSettings {
  const entries = Object.entries(flatten(settings)).filter(
    ([key, value]) => NOT_COPIED_VALUES[key] !== value && !NOT_COPIED.some((skip) => skip.test(key)),
  );
  return Object.fromEntries(entries);
}
