import { isObject } from '../json-object.ts';
import { isDeepStrictEqual } from 'node:util';
import type { CopySpec } from './copy-request.ts';
import { flatten } from '../index-settings.ts';
import { keepsWholeSource } from '../whole-source.ts';
import { ACTIVE_SHARDS, expandsReplicas, overlay, possible } from './destination-settings.ts';
import { ownIndex, ownMappings, ownSettings } from './destination.ts';
import type { IndexFacts, PreflightFacts } from './observed.ts';
import { resizeNote } from './resize-note.ts';
import { isDividedAlike } from './shard-layout.ts';

/** What a person should know before the copy begins, each in a sentence. */
export function planNotes(
  spec: CopySpec,
  source: IndexFacts,
  facts: Pick<PreflightFacts, 'template' | 'routed'> | undefined,
): readonly string[] {
  return [
    ...oneOfSeveral(spec, source, facts),
    ...fewerCopies(spec, source, facts),
    ...cheaperWays(spec, source),
    ...keptSource(spec, source),
    ...withoutWindow(spec, source),
    ...unread(spec, facts),
    ...unasked(spec),
  ];
}

/** Only the proof finds it out, after the whole copy: nothing but reading every id would tell before. */
function oneOfSeveral(
  { destination }: CopySpec,
  source: IndexFacts,
  facts: Pick<PreflightFacts, 'template' | 'routed'> = {},
): readonly string[] {
  const { template, routed = 0 } = facts;
  const settings = { ...flatten(template?.settings ?? {}), ...ownSettings(destination, source) };
  if (routed === 0 || isDividedAlike(source.settings, settings)) return [];
  return [
    `${routed} documents of ${source.name} have a routing, and ${destination.index} is divided into shards in another way: of an id that is there under several routings it may keep one document only, and the copy then fails with VerificationFailed when it is counted`,
  ];
}

/** Where Elasticsearch chooses the number of replicas, nobody can tell before there is an index. */
function fewerCopies(
  { destination }: CopySpec,
  source: IndexFacts,
  { template }: Pick<PreflightFacts, 'template'> = {},
): readonly string[] {
  if (destination.createFrom === 'Template' && !template) return [];
  const from = destination.createFrom === 'Source' ? flatten(source.settings) : {};
  const stated = { ...flatten(template?.settings ?? {}), ...from, ...overlay(destination) };
  const active = stated[ACTIVE_SHARDS];
  if (active === null || expandsReplicas(stated) || possible(active, stated) !== null) return [];
  return [
    `${destination.index} is made without ${ACTIVE_SHARDS}: ${Number(active)}, as it is not to have so many copies of a shard: to keep that, set a higher number_of_replicas in spec.destination.settings of a new request`,
  ];
}

/** What is said of a move that does not happen. */
function unasked({ approval, aliases, maxWriteOutage, writeMode }: CopySpec): readonly string[] {
  if (writeMode !== 'CopyOnly') return [];
  const move = aliases?.move ?? 'None';
  return [
    ...(approval === 'None' ? [] : [withoutEffect(`approval: ${approval}`, 'moves no alias')]),
    ...(move === 'None' ? [] : [withoutEffect(`aliases.move: ${move}`, 'moves no alias')]),
    ...(maxWriteOutage === undefined ? [] : [withoutEffect('maxWriteOutage', 'never blocks writes')]),
  ];
}

function withoutEffect(field: string, why: string): string {
  return `spec.${field} has no effect with writeMode: CopyOnly, which ${why}`;
}

function unread(
  { destination: { createFrom, index } }: CopySpec,
  facts: Pick<PreflightFacts, 'template'> | undefined,
): readonly string[] {
  if (createFrom !== 'Template' || facts?.template) return [];
  return [
    `no index template for ${index} could be read, because there is none, it is of the old kind, or the user of the connection lacks the privilege manage_index_templates: settings and mappings are not tried before ${index} is made`,
  ];
}

/** What is not copied is nowhere else. */
function keptSource(spec: CopySpec, source: IndexFacts): readonly string[] {
  const { query } = spec.source;
  const { name } = source;
  if (spec.sourceAfter.policy !== 'Delete') return [];
  if (!keepsWholeSource(ownIndex(spec.destination, source)))
    return [
      `sourceAfter.policy: Delete does not delete ${name}, as ${spec.destination.index} does not keep the whole _source of its documents: it is kept, and status.sourceKept says why`,
    ];
  if (query === undefined) return [];
  return [
    `sourceAfter.policy: Delete does not delete ${name} if spec.source.query leaves documents out, as they are not copied: it is kept, and status.sourceKept says why`,
  ];
}

/** Whoever reads of the window, 24 hours where nothing is said, would count on it. */
function withoutWindow({ source, sourceAfter }: CopySpec, { name }: IndexFacts): readonly string[] {
  if (source.series === undefined || sourceAfter.policy !== 'Delete') return [];
  return [
    `a series has no rollback window, whatever sourceAfter.rollbackWindow says: sourceAfter.policy: Delete deletes ${name} right after its aliases have moved`,
  ];
}

/** The same end without a copy of every document, which is the dearest way. */
function cheaperWays(spec: CopySpec, source: IndexFacts): readonly string[] {
  const { query } = spec.source;
  const { createFrom } = spec.destination;
  if (createFrom !== 'Source' || query !== undefined || spec.transform !== undefined) return [];
  const mappings = ownMappings(spec.destination, source);
  const note = isDeepStrictEqual(mappings, source.mappings)
    ? resizeNote(spec, source)
    : mappingNote(spec, source, mappings);
  return note === undefined ? [] : [note];
}

function mappingNote(
  { destination }: CopySpec,
  source: IndexFacts,
  mappings: Readonly<Record<string, unknown>>,
): string | undefined {
  if (destination.settings !== undefined || !onlyAdds(source.mappings, mappings)) return undefined;
  return `spec.destination.mappings only adds to the mappings of ${source.name}: PUT /${source.name}/_mapping does that without a copy for what is written from then on, and POST /${source.name}/_update_by_query for the documents that are there`;
}

/** New fields, or more ways to index one; nothing that is there is different. */
function onlyAdds(before: unknown, after: unknown): boolean {
  if (!isObject(before) || !isObject(after)) return false;
  const isNew = (key: string) => !(key in before);
  return (
    Object.keys(after).every((key) => !isNew(key) || LISTS.has(key)) &&
    Object.entries(before).every(([key, value]) =>
      LISTS.has(key) ? eachOnlyAdds(value, after[key]) : isDeepStrictEqual(value, after[key]),
    )
  );
}

/** Where fields are listed. */
const LISTS: ReadonlySet<string> = new Set(['properties', 'fields']);

function eachOnlyAdds(before: unknown, after: unknown): boolean {
  if (!isObject(before) || !isObject(after)) return false;
  return Object.entries(before).every(([name, field]) => onlyAdds(field, after[name]));
}
