import { copiedSettings, type FlatSettings } from '../index-settings.ts';
import { asObject } from '../json-object.ts';
import { type DestinationMark, withMark } from './destination-mark.ts';
import {
  type DestinationSpec,
  overlay,
  type SourceFacts,
  withoutLater,
  withoutPipelines,
} from './destination-settings.ts';
import { mergedMappings } from './mappings.ts';

/** The body of `PUT /{destination}`: hidden and marked as ours from its first moment. */
export function creationBody(spec: DestinationSpec, source: SourceFacts, mark: DestinationMark) {
  return {
    settings: { ...ownSettings(spec, source), 'index.hidden': true },
    mappings: withMark(ownMappings(spec, source), mark),
  };
}

/**
 * Nobody writes into it before it is tuned: the aliases that index templates give it are gone by then, and so is the block.
 * One of them could make it the write index of an alias, and what a user has written would be swept away as a ghost.
 */
export function blocked<Body extends { readonly settings: object }>(body: Body): Body {
  return { ...body, settings: { ...body.settings, 'index.blocks.write': true } };
}

/** What tasks write through is there from its first moment as well. */
export function withEntrance<Body extends object>(body: Body, alias: string) {
  return { ...body, aliases: { [alias]: { is_hidden: true } } };
}

/** The body of an index that takes every document as it is, and looks into none. */
export function anyDocument(mark: DestinationMark) {
  return {
    settings: {
      'index.hidden': true,
      'index.number_of_shards': 1,
      'index.number_of_replicas': 0,
      ...withoutPipelines,
    },
    mappings: withMark({ enabled: false }, mark),
  };
}

/** The settings that the destination is to end with, as far as the request decides them. */
export function ownSettings(spec: DestinationSpec, source: SourceFacts): FlatSettings {
  const from = spec.createFrom === 'Source' ? copiedSettings(source.settings) : {};
  return withoutLater({ ...from, ...overlay(spec) });
}

/** Both as far as the request says: index templates may add to it. */
export function ownIndex(spec: DestinationSpec, source: SourceFacts) {
  return { settings: ownSettings(spec, source), mappings: ownMappings(spec, source) };
}

/** The mappings that the destination is to have, without our mark. */
export function ownMappings(
  spec: DestinationSpec,
  source: Pick<SourceFacts, 'mappings'>,
): Record<string, unknown> {
  const base = spec.createFrom === 'Source' ? asObject(source.mappings) : {};
  return mergedMappings(base, spec.mappings ?? {});
}
