import { asObject } from '../json-object.ts';
import type { IndexMaintenancePolicy } from '../../crds/index-maintenance-policy.ts';
import { hidesVectors } from '../hidden-vectors.ts';
import { copiedSettings, type FlatSettings, flatten, givesIds } from '../index-settings.ts';
import { keyText } from '../../runtime/resource.ts';
import { keepsWholeSource } from '../whole-source.ts';
import type { ArchiveHold } from './archival.ts';

/** What an index is judged by before documents leave it or come into it. */
export interface IndexFacts {
  readonly name: string;
  readonly settings: unknown;
  readonly mappings: unknown;
  readonly dataStream?: string | undefined;
}

/** The key below `_meta` of a mapping; its member `archive` marks an index that documents may be moved to. */
const META_KEY = 'es-steward';

/**
 * The body of `PUT /{archive}`: like its first source, and marked as an archive from its first moment. No pipeline may
 * change what is moved, and each document is on disk before its original goes; templates do not decide about that.
 */
export function archiveBody(
  { metadata }: IndexMaintenancePolicy,
  source: Pick<IndexFacts, 'settings' | 'mappings'>,
) {
  const mappings = asObject(source.mappings);
  const mark = { archive: keyText(metadata) };
  const settings: FlatSettings = {
    ...copiedSettings(source.settings),
    'index.default_pipeline': '_none',
    'index.final_pipeline': '_none',
    'index.translog.durability': 'REQUEST',
  };
  return { settings, mappings: { ...mappings, _meta: { ...asObject(mappings['_meta']), [META_KEY]: mark } } };
}

/** Why no document can leave this index: it could not be deleted, or not be compared. */
export function sourceFault({ settings, mappings }: IndexFacts): ArchiveHold | undefined {
  if (isBlocked(settings)) return 'WriteBlocked';
  // Documents are read without hidden vectors: one whose vector alone has changed would be taken for its copy.
  const isWhole = keepsWholeSource({ settings, mappings }) && !hidesVectors({ settings, mappings });
  // The ids and periods of a time series are those of that very index.
  const isBound = flatten(settings)['index.mode'] === 'time_series' || givesIds(settings);
  return !isWhole || isBound ? 'SourceIncomplete' : undefined;
}

/** Why no document can come into the index, or whatever has this name. */
export function archiveFault(
  name: string,
  [found, ...others]: readonly IndexFacts[],
): ArchiveHold | undefined {
  if (found === undefined) return undefined;
  if (found.name !== name || others.length > 0 || found.dataStream !== undefined) return 'ForeignArchive';
  const mark = asObject(asObject(asObject(found.mappings)['_meta'])[META_KEY])['archive'];
  if (mark === undefined || mark === false) return 'ForeignArchive';
  const settings = flatten(found.settings);
  const has = (key: string, ...values: readonly unknown[]) => values.includes(settings[key]);
  const alters = !has('index.final_pipeline', undefined, '_none');
  const forgets = has('index.translog.durability', 'async', 'ASYNC');
  const closed = has('index.verified_before_close', 'true');
  return alters || forgets || closed || isBlocked(found.settings) || sourceFault(found) !== undefined
    ? 'ArchiveUnsuitable'
    : undefined;
}

const BLOCKS = ['write', 'read_only', 'read_only_allow_delete'].map((block) => `index.blocks.${block}`);

function isBlocked(settings: unknown): boolean {
  const flat = flatten(settings);
  return BLOCKS.some((block) => String(flat[block]) === 'true');
}
