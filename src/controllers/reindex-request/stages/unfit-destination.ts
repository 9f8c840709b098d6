import { changesIds, isTimeSeries } from '../../index-settings.ts';
import { keepsWholeSource } from '../../whole-source.ts';
import { ownIndex } from '../destination.ts';
import type { IndexFacts } from '../observed.ts';
import type { Situation } from '../situation.ts';
import { fail, type Step } from '../step.ts';

/**
 * Before anything is copied into an index that would not keep it. Only here, once it is made, is it known what index
 * templates have added to what the request says.
 */
export function refuseUnfit(situation: Situation, source: IndexFacts, made: IndexFacts): Step | undefined {
  if (changesIds(source.settings, made.settings)) return refuseIds(situation, made.settings);
  if (!keepsWholeSource(made) && !isAsked(situation, source)) return refuseLoss(situation, made);
  return undefined;
}

/** @param settings of the destination, as they are or as they are to be. */
export function refuseIds(situation: Situation, settings: unknown): Step {
  const { index } = situation.spec.destination;
  const [why, cure] = isTimeSeries(settings) ? SERIES : LOGS;
  return refuse(
    situation,
    `${index} would give each document a new id, because ${why}: the copy could not be checked; ${cure}, or correct the index template, in a new request`,
  );
}

const SERIES = [
  'its index.mode is time_series',
  'copy a time series with the same index.routing_path only, and leave index.mode out of spec.destination.settings for anything else',
] as const;

const LOGS = [
  'its index.mode is logsdb and its index.routing_path is set',
  'set {"index.routing_path": null, "index.logsdb.route_on_sort_fields": false} in spec.destination.settings',
] as const;

/** Then it is what is wanted, and the old index is kept whatever spec.sourceAfter says. */
function isAsked({ spec: { destination } }: Situation, source: IndexFacts): boolean {
  return destination.createFrom === 'Template' || !keepsWholeSource(ownIndex(destination, source));
}

function refuseLoss(situation: Situation, { name }: IndexFacts): Step {
  return refuse(
    situation,
    `${name} would not keep the whole _source of its documents, because an index template switches it off or leaves fields out of it: correct the template that fits its name (GET /_index_template), then retry, or choose another name in a new request`,
  );
}

function refuse(situation: Situation, message: string): Step {
  return fail(situation, 'PreflightFailed', `${message}; nothing was copied`);
}
