import { bytes } from '../../../crds/elasticsearch-names.ts';
import { changesIds, flatten } from '../../index-settings.ts';
import { ownSettings } from '../destination.ts';
import { markOf } from '../destination-mark.ts';
import { HIDDEN, overlay } from '../destination-settings.ts';
import { errorIndex } from '../error-index.ts';
import { OWN_PREFIX } from '../names.ts';
import type { IndexFacts } from '../observed.ts';
import { isOfAnotherSource, type Situation } from '../situation.ts';
import { fail, type Step } from '../step.ts';
import { refuseForeign } from './foreign-destination.ts';
import { refuseIds } from './unfit-destination.ts';

/** Where a copy cannot be made, or where what is there must not be touched. */
export function refuseDestination(situation: Situation): Step | undefined {
  const message = refusedName(situation) ?? refusedBlocks(situation);
  return (
    refuseOtherIds(situation) ??
    (message === undefined ? undefined : fail(situation, 'PreflightFailed', message)) ??
    refuseVisibility(situation) ??
    refuseExisting(situation)
  );
}

function refuseOtherIds(situation: Situation): Step | undefined {
  const { spec, observed } = situation;
  const [source] = observed.sources;
  const own = source && ownSettings(spec.destination, source);
  return own && changesIds(source.settings, own) ? refuseIds(situation, own) : undefined;
}

const MOST_NAME_BYTES = 255;

function refusedName({ spec, observed }: Situation): string | undefined {
  const name = spec.destination.index;
  if (observed.protects(name))
    return `index ${name} is protected by connection ${observed.connection}: choose another destination in a new request`;
  if (name.startsWith(OWN_PREFIX))
    return `names that start with ${OWN_PREFIX} are reserved for the operator: choose another destination in a new request`;
  if (bytes(errorIndex(name)) > MOST_NAME_BYTES)
    return `the name of the destination is too long: ${errorIndex(name)}, for documents that cannot be written, would have more than the ${MOST_NAME_BYTES} bytes that Elasticsearch allows; choose a name of at most ${MOST_NAME_BYTES - bytes(errorIndex(''))} bytes in a new request`;
  return undefined;
}

function refusedBlocks({ spec }: Situation): string | undefined {
  const settings = Object.keys(flatten(spec.destination.settings ?? {}));
  const blocks = settings.filter((key) => key.startsWith('index.blocks.'));
  if (blocks.length === 0) return undefined;
  return `spec.destination.settings sets ${blocks.join(', ')}, so the destination could not be filled: remove it in a new request`;
}

/** Not tried: a trial is hidden, and so is the destination until it serves. */
function refuseVisibility(situation: Situation): Step | undefined {
  const hidden = overlay(situation.spec.destination)[HIDDEN] ?? false;
  if (VISIBILITIES.has(hidden)) return undefined;
  const message = `spec.destination.settings sets ${HIDDEN} to something that is neither true nor false: correct it in a new request`;
  return fail(situation, 'MappingConflict', message);
}

const VISIBILITIES: ReadonlySet<unknown> = new Set([true, false, 'true', 'false']);

function refuseExisting(situation: Situation): Step | undefined {
  const { destination, spec, observed, mark } = situation;
  const [source] = observed.sources;
  if (destination && source && isOfAnotherSource(mark, source))
    return fail(
      situation,
      'SourceChanged',
      `${destination.name} is a complete copy of an earlier index ${source.name}, and no alias has moved to it; it was kept: delete it if nobody needs it, then retry`,
    );
  if (!destination || mark || isAbandoned(situation)) return undefined;
  return refuseForeign(
    situation,
    destination,
    `exists already as ${kindOf(destination, spec.destination.index)} that this request has not created`,
  );
}

function kindOf({ name }: IndexFacts, asked: string): string {
  return name === asked ? 'an index' : `an alias of ${name}`;
}

/** A half copy of the same source whose request is gone: marked as ours, not final, behind no alias. */
export function isAbandoned({ destination, observed, spec }: Situation): boolean {
  const mark = markOf(destination?.mappings);
  if (!destination || !mark || mark.state !== 'copying' || destination.name !== spec.destination.index)
    return false;
  const owned = observed.owners.has(mark.uid);
  const [source] = observed.sources;
  return !owned && mark.sourceUuid === source?.uuid && Object.keys(destination.aliases).length === 0;
}
