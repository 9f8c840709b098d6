import { pipelineFaults, pipelinesHash } from '../pipeline-rules.ts';
import type { Situation } from '../situation.ts';
import { fail, type Step } from '../step.ts';

/**
 * A part runs with the pipeline that there is when it writes, and anybody may change that: with another one than was
 * judged no part may begin, those that run are stopped, and what they have copied does not count.
 */
export function refuseChangedPipeline(situation: Situation): Step | undefined {
  const { observed, spec, status } = situation;
  const name = spec.transform?.pipeline;
  const { pipelines } = observed;
  if (!name || !pipelines) return undefined;
  const faults = pipelineFaults(name, pipelines);
  if (faults.length > 0) return refuse(situation, `${faults.join('; ')}; ${SINCE_THEN}`);
  const { pipelinesHash: judged } = status.plan ?? {};
  if (judged === undefined || judged === pipelinesHash(pipelines)) return undefined;
  return refuse(
    situation,
    `ingest pipeline ${name}, or one that it calls, was changed while the copy ran, and its documents would not be alike; no alias was moved: retry, which copies everything again with the pipeline as it is now`,
  );
}

const SINCE_THEN =
  'this was found while the copy ran: its tasks are stopped, what they have written stays, and no alias was moved';

function refuse(situation: Situation, message: string): Step {
  return fail(situation, 'PreflightFailed', message);
}
