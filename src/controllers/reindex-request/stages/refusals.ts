import type { Situation } from '../situation.ts';
import { fail, type Step } from '../step.ts';
import { refuseAliases } from './refused-aliases.ts';
import { refuseDestination } from './refused-destination.ts';
import { refusedSource } from './refused-source.ts';
import { refusedPipeline, refusedQuery, refusedServingPipelines, refuseScript } from './refused-transform.ts';

/** What can never go well, or must not: said before anything is done, with what to do about it. */
export function refuseWork(situation: Situation): Step | undefined {
  return (
    refuse(situation, refusedSource) ??
    refuseDestination(situation) ??
    refuseAliases(situation) ??
    refuseScript(situation) ??
    refuse(situation, refusedQuery) ??
    refuse(situation, refusedPipeline) ??
    refuse(situation, refusedServingPipelines)
  );
}

/** A person has to mend it before this can begin. */
function refuse(situation: Situation, judge: (situation: Situation) => string | undefined): Step | undefined {
  const message = judge(situation);
  return message === undefined ? undefined : fail(situation, 'PreflightFailed', message);
}
