import { cancelStrays } from '../changes.ts';
import { diskShortage } from '../disk-space.ts';
import { shardCountOf } from '../index-facts.ts';
import { withLockNames, withPlan } from '../plan.ts';
import { neighbourFault } from '../query-neighbours.ts';
import type { Situation } from '../situation.ts';
import { fail, SOON_MS, type Step, step } from '../step.ts';
import { trial } from '../trial.ts';
import { whoGoesFirst } from '../turn.ts';
import { doneBefore } from './done-before.ts';
import { hold } from './holding.ts';
import { passOver } from './passing-over.ts';
import { waitInLine } from './pending.ts';
import { planned } from './planned.ts';
import { refuseWork } from './refusals.ts';

const WAIT_MS = 5_000;

/** The last round looks for departures shard by shard, each time through all of them, while writers wait. */
const MOST_SHARDS_ONLINE = 128;

/** Everything that can be known before the first effect; each check names what to do about it. */
export function validate(situation: Situation): Step {
  return (
    doneBefore(situation) ??
    outOfTurn(situation) ??
    passOver(situation) ??
    refuseWork(situation) ??
    waitForPrivileges(situation) ??
    waitForWholeView(situation) ??
    refuseOnline(situation) ??
    refuseLevel(situation) ??
    waitForDisk(situation) ??
    planOrTry(situation)
  );
}

/** Somebody was quicker, or nobody saw the other in time; nothing has been done. */
function outOfTurn(situation: Situation): Step | undefined {
  const first = whoGoesFirst(situation);
  return first && waitInLine(situation, first);
}

function waitForPrivileges(situation: Situation): Step | undefined {
  const missing = situation.observed.preflight?.missingPrivileges ?? [];
  if (missing.length === 0) return undefined;
  return waiting(
    situation,
    'PreflightFailed',
    `the user of connection ${situation.observed.connection} lacks ${missing.join(', ')}: extend its role`,
  );
}

/** What a login does not see is missing from the copy, and from the counts that are to prove it. */
function waitForWholeView(situation: Situation): Step | undefined {
  const hidden = situation.observed.preflight?.hidden ?? [];
  if (hidden.length === 0) return undefined;
  return waiting(
    situation,
    'PreflightFailed',
    `a role hides some ${hidden.join(' and ')} from the user of connection ${situation.observed.connection}, by query or field_security: they would be missing from the copy without a word; give it a role without these for both indexes`,
  );
}

/** What was written during the copy is told by sequence numbers alone. */
function refuseOnline(situation: Situation): Step | undefined {
  const { observed, spec } = situation;
  const [source] = observed.sources;
  if (spec.writeMode !== 'Online' || !source) return undefined;
  const refuse = (what: string) =>
    fail(situation, 'PreflightFailed', `${what}: use writeMode: BlockFirst in a new request`);
  if (observed.preflight?.sequenceNumbersSearchable === false)
    return refuse(
      `the sequence numbers of ${source.name} cannot be searched, so that changes during the copy would be lost`,
    );
  if (shardCountOf(source) > MOST_SHARDS_ONLINE)
    return refuse(`${source.name} has more than ${MOST_SHARDS_ONLINE} shards, too many for a copy in rounds`);
  const neighbours = neighbourFault(spec.source.query);
  if (neighbours)
    return refuse(
      `spec.source.query ${neighbours}, so that a document could come into the copy, or leave it, without being written`,
    );
  return undefined;
}

/** What is compared is told by sequence numbers: not after the whole copy, when writers have waited for it. */
function refuseLevel(situation: Situation): Step | undefined {
  const { observed, spec } = situation;
  const { level } = spec.verification;
  if (level === 'Counts' || spec.writeMode === 'CopyOnly') return undefined;
  if (observed.preflight?.sequenceNumbersSearchable !== false) return undefined;
  return fail(
    situation,
    'PreflightFailed',
    `the sequence numbers of ${observed.sources[0]?.name} cannot be searched, so that nothing can be compared document by document: use verification.level: Counts in a new request`,
  );
}

/** Before anything is made. What was begun holds its space already. */
function waitForDisk(situation: Situation): Step | undefined {
  const { observed, spec, mark } = situation;
  const [source] = observed.sources;
  if (!source || !observed.preflight || mark) return undefined;
  const shortage = diskShortage(spec, source, observed.preflight);
  return shortage === undefined ? undefined : waiting(situation, 'DiskFull', shortage);
}

function waiting(situation: Situation, reason: string, message: string): Step {
  return step(situation, {
    phase: 'Validating',
    message,
    ready: { type: 'reconciling', reason, message },
    next: WAIT_MS,
    holds: false,
  });
}

/** First the plan into status, then the trial on real documents, which moves the phase on. */
function planOrTry(situation: Situation): Step {
  const { status, mark, observed, spec } = situation;
  const [source] = observed.sources;
  if (!source || !observed.preflight)
    return waiting(situation, 'InProgress', 'waiting for the facts of the source');
  const message = `trying settings, mappings and script on documents of ${source.name}`;
  if (!status.plan)
    return step(situation, {
      phase: 'Validating',
      message,
      status: withLockNames(situation, withPlan(situation, source)),
      next: 'now',
      holds: false,
    });
  if (spec.dryRun && status.plan.tried) return planned(situation);
  const holding = hold(situation);
  if (holding) return holding;
  if (mark)
    return step(situation, { phase: 'Preparing', message: `going on with ${mark.sourceIndex}`, next: 'now' });
  return (
    stopTrials(situation) ??
    step(situation, { phase: 'Validating', message, actions: [trial(situation, source)] })
  );
}

/** One that nobody waited for may still write into its index: the next one would delete that under it. */
function stopTrials(situation: Situation): Step | undefined {
  const actions = cancelStrays(situation);
  const message = 'stopping what an earlier trial may have left running';
  return actions && step(situation, { phase: 'Validating', message, actions, next: SOON_MS });
}
