import type { ReindexRequestSpec } from '../../crds/reindex-request.ts';
import { type FlatSettings, flatten } from '../index-settings.ts';
import type { IndexFacts } from './observed.ts';

/**
 * How many copies of a shard a write waits for, which no copy has to do. More than there are to be is refused, also by a
 * call that says both.
 */
export const ACTIVE_SHARDS = 'index.write.wait_for_active_shards';

export const HIDDEN = 'index.hidden';

/** Changed while the copy runs; their own values come back in Hardening. */
const TUNED_KEYS = [
  'index.number_of_replicas',
  'index.auto_expand_replicas',
  'index.refresh_interval',
  'index.translog.durability',
  'index.default_pipeline',
  'index.final_pipeline',
] as const;

export type DestinationSpec = Pick<
  ReindexRequestSpec['destination'],
  'createFrom' | 'settings' | 'mappings' | 'copyReplicas'
>;
export type SourceFacts = Pick<IndexFacts, 'settings' | 'mappings'>;

/** A policy could roll over, shrink or delete what is still being filled: it comes with the aliases. */
export function withoutLater(settings: FlatSettings): FlatSettings {
  const isLater = (key: string) => LIFECYCLE.test(key) || key === ACTIVE_SHARDS;
  return Object.fromEntries(Object.entries(settings).filter(([key]) => !isLater(key)));
}

export function overlay(spec: DestinationSpec): FlatSettings {
  return spec.settings ? flatten(spec.settings) : {};
}

/**
 * The destination's own values of everything that the copy changes. The source's pipelines and life-cycle policy
 * belong to the successor too, but only once it is whole: a default pipeline would run again on every copy.
 */
export function valuesToRestore(spec: DestinationSpec, source: SourceFacts, natural: unknown): FlatSettings {
  const now = flatten(natural);
  const from = spec.createFrom === 'Source' ? flatten(source.settings) : {};
  const asked = overlay(spec);
  const stated = (key: string) => asked[key] ?? from[key] ?? now[key] ?? null;
  const isUnforeseen = spec.createFrom === 'Source' && !(POLICY in { ...from, ...asked });
  return {
    ...Object.fromEntries(TUNED_KEYS.map((key) => [key, now[key] ?? null])),
    'index.default_pipeline': stated('index.default_pipeline'),
    'index.final_pipeline': stated('index.final_pipeline'),
    [ACTIVE_SHARDS]: possible(stated(ACTIVE_SHARDS), now),
    [HIDDEN]: asked[HIDDEN] ?? from[HIDDEN] ?? null,
    ...lifecycle({ ...now, ...from, ...asked }, isUnforeseen ? {} : flatten(source.settings)),
  };
}

/** No more than there will be: with fewer replicas than the source has, its own number cannot stay. `all` always can. */
export function possible(active: unknown, natural: FlatSettings): unknown {
  return Number(active) > Number(natural['index.number_of_replicas'] ?? 1) + 1 ? null : active;
}

const LIFECYCLE = /^index\.lifecycle\./;
export const POLICY = 'index.lifecycle.name';

/**
 * Of the source, a template or the request, whoever says it last. The age goes on counting from the source's creation, else a
 * copy would live its whole life again. Not where a template brings a policy to the copy of a source that has none: by the
 * age of the source it could delete at once what nothing would have deleted.
 * @param source whose age counts; empty: that of the copy itself does.
 */
function lifecycle(wanted: FlatSettings, source: FlatSettings): FlatSettings {
  const own = only(LIFECYCLE, wanted);
  if ((own[POLICY] ?? null) === null) return own;
  const origin = source['index.lifecycle.origination_date'] ?? source['index.creation_date'] ?? null;
  return { 'index.lifecycle.origination_date': origin, ...own };
}

function only(keys: RegExp, settings: FlatSettings): FlatSettings {
  return Object.fromEntries(Object.entries(settings).filter(([key]) => keys.test(key)));
}

/**
 * While it is filled: no replicas (added afterwards, once), no refresh, no pipelines (they have run on these documents), no
 * life-cycle policy and no waiting for replicas, which a template may have brought,
 * every acknowledged document on disk (an asynchronous translog lost 100,000 of them at a kill -9 and gains nothing).
 */
export function tunedSettings(spec: DestinationSpec, natural: unknown): FlatSettings {
  return {
    ...(spec.copyReplicas ? {} : { 'index.auto_expand_replicas': false, 'index.number_of_replicas': 0 }),
    'index.refresh_interval': '-1',
    'index.translog.durability': 'REQUEST',
    'index.default_pipeline': '_none',
    'index.final_pipeline': '_none',
    'index.blocks.write': null,
    // Not everywhere is there such a setting, and one that is unknown is refused.
    ...(flatten(natural)[POLICY] === undefined ? {} : { [POLICY]: null }),
    ...(flatten(natural)[ACTIVE_SHARDS] === undefined ? {} : { [ACTIVE_SHARDS]: null }),
  };
}

/**
 * What Hardening sets: everything but visibility, life cycle, an asynchronous translog and the copies that a write waits
 * for, which come back after the aliases have moved, and pipelines, which would run again on copies of the rounds that
 * follow. Where Elasticsearch chooses the number of replicas, that number is not ours to wish for.
 */
export function hardenedSettings(restore: FlatSettings): FlatSettings {
  const {
    [HIDDEN]: _hidden,
    'index.default_pipeline': _default,
    'index.final_pipeline': _final,
    'index.translog.durability': _durability,
    'index.number_of_replicas': replicas,
    ...rest
  } = withoutLater(restore);
  return expandsReplicas(restore) || replicas === undefined
    ? rest
    : { ...rest, 'index.number_of_replicas': replicas };
}

/** Whether Elasticsearch chooses the number of replicas. */
export function expandsReplicas(settings: FlatSettings): boolean {
  return !['null', 'false', 'undefined'].includes(String(settings['index.auto_expand_replicas']));
}

/** What would act on copies, and must act on what users write: set right before the aliases move. */
const SERVING_KEYS = ['index.default_pipeline', 'index.final_pipeline'] as const;

export const withoutPipelines: FlatSettings = Object.fromEntries(SERVING_KEYS.map((key) => [key, '_none']));

export function ownPipelines(restore: FlatSettings): FlatSettings {
  return Object.fromEntries(SERVING_KEYS.map((key) => [key, restore[key] ?? null]));
}

/** Writers wait for it: only pipelines that would do something. Where there is none, `_none` says just that. */
export function servingSettings(restore: FlatSettings): FlatSettings {
  const own = Object.entries(ownPipelines(restore));
  return Object.fromEntries(own.filter(([, value]) => value !== null && value !== '_none'));
}

/** The `_none` of the copy, where the destination is to have no pipeline. What users have set meanwhile is theirs. */
export function leftPipelines(restore: FlatSettings, current: unknown): FlatSettings {
  const now = flatten(current);
  const own = Object.entries(ownPipelines(restore));
  return Object.fromEntries(own.filter(([key, value]) => value === null && now[key] === '_none'));
}

/**
 * What the destination gets once its aliases are there: until then no wildcard and no policy may find it, no copy may be
 * lost with a node, and none has to wait for replicas that are still on their way.
 */
export function shownSettings(restore: FlatSettings): FlatSettings {
  return {
    [HIDDEN]: restore[HIDDEN] ?? null,
    'index.translog.durability': restore['index.translog.durability'] ?? null,
    [ACTIVE_SHARDS]: restore[ACTIVE_SHARDS] ?? null,
    ...lastly(POLICY, only(LIFECYCLE, restore)),
  };
}

/** Set one by one, a policy finds what it is to go by. */
function lastly(key: string, { [key]: last, ...settings }: FlatSettings): FlatSettings {
  return last === undefined ? settings : { ...settings, [key]: last };
}

/** True when the index has these values already; Elasticsearch gives them back as strings, and unset ones not at all. */
export function hasSettings(current: unknown, wanted: FlatSettings): boolean {
  const now = flatten(current);
  const text = (value: unknown) =>
    value === undefined || value === null ? '' : JSON.stringify(value).replaceAll('"', '').toLowerCase();
  return Object.entries(wanted).every(([key, value]) => text(now[key]) === text(value));
}
