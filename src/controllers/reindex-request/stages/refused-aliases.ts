import { bytes } from '../../../crds/elasticsearch-names.ts';
import type { IndexFacts } from '../observed.ts';
import { aliasesToMove, type Situation } from '../situation.ts';
import { fail, type Step } from '../step.ts';

/** What a status can hold: the plan carries every alias with its whole definition. */
const MOST_ALIASES = 100;
const MOST_ALIAS_BYTES = 10_000;

/** Aliases that cannot move, or must not. */
export function refuseAliases(situation: Situation): Step | undefined {
  const [source] = situation.observed.sources;
  return (
    source &&
    (refuseMany(situation, source) ?? refuseMissing(situation, source) ?? refuseProtected(situation, source))
  );
}

function refuseMany(situation: Situation, source: IndexFacts): Step | undefined {
  const moved = aliasesToMove(situation.spec, source);
  if (Object.keys(moved).length <= MOST_ALIASES && bytes(JSON.stringify(moved)) <= MOST_ALIAS_BYTES)
    return undefined;
  return fail(
    situation,
    'PreflightFailed',
    `${source.name} has more aliases, or larger ones, than can move at once (${MOST_ALIASES} aliases, ${MOST_ALIAS_BYTES} bytes of JSON): use aliases.move: Listed in a new request`,
  );
}

function refuseMissing(situation: Situation, source: IndexFacts): Step | undefined {
  const missing = (situation.spec.aliases?.names ?? []).filter((name) => !(name in source.aliases));
  if (missing.length === 0) return undefined;
  return fail(
    situation,
    'AliasConflict',
    `${source.name} has no alias ${missing.join(', ')}: add it, then retry, or correct spec.aliases.names in a new request`,
  );
}

function refuseProtected(situation: Situation, source: IndexFacts): Step | undefined {
  const { spec, observed } = situation;
  const guarded = Object.keys(aliasesToMove(spec, source)).filter((alias) => observed.protects(alias));
  if (guarded.length === 0) return undefined;
  return fail(
    situation,
    'PreflightFailed',
    `alias ${guarded.join(', ')} is protected by connection ${observed.connection}: list the other aliases with aliases.move: Listed in a new request`,
  );
}
