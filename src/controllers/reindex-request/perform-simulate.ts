import { isRefusal } from '../../elasticsearch/errors.ts';
import { createIndex } from '../../elasticsearch/indices.ts';
import { simulatePipeline, simulateSteps } from '../../elasticsearch/ingest.ts';
import { refresh } from '../../elasticsearch/refresh.ts';
import { sample } from '../../elasticsearch/search.ts';
import type { Simulation } from './actions.ts';
import type { EffectContext } from './perform-effect.ts';
import { withEntrance } from './destination.ts';
import { trialEntrance } from './names.ts';
import { copySample } from './perform-sample-copy.ts';
import { faultIn, faultMessage, type SimulationFault } from './pipeline-simulation.ts';
import { SAMPLE_DOCUMENTS } from './requests.ts';

interface Refusal {
  readonly reason: string;
  readonly message: string;
}

/**
 * Documents as renames and script leave them go through the pipeline without being stored: one that moves them would write
 * where nothing was planned. Undefined when all is well, or when there is nothing to look at: the trial copy says why.
 */
export async function simulate(
  scratch: string,
  simulation: Simulation | undefined,
  context: EffectContext,
): Promise<Refusal | undefined> {
  if (!simulation) return undefined;
  const { es, resource, pass } = context;
  const documents = await scripted(scratch, simulation, context);
  if (documents.length === 0) return undefined;
  const results = await simulatePipeline(es, simulation.pipeline, documents, pass.signal);
  const { policy } = resource.spec.onDocumentFailure;
  const fault = faultIn(documents, results, policy === 'Quarantine');
  return fault && refusal(fault, simulation.pipeline, context);
}

async function scripted(scratch: string, { body, reindex }: Simulation, context: EffectContext) {
  const { es, resource, pass } = context;
  await createIndex(es, scratch, withEntrance(body, trialEntrance(scratch)), {}, pass.signal);
  try {
    if ((await copySample(scratch, reindex, context)).type !== 'copied') return [];
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return [];
  }
  await refresh(es, scratch, pass.signal);
  const hits = await sample(es, scratch, { match_all: {} }, SAMPLE_DOCUMENTS, pass.signal);
  const { index } = resource.spec.destination;
  return hits.map(({ id, routing, source = {} }) => ({ index, id, routing, source }));
}

async function refusal(
  fault: SimulationFault,
  pipeline: string,
  { es, pass }: EffectContext,
): Promise<Refusal> {
  const steps = await simulateSteps(es, pipeline, fault.document, pass.signal);
  const reason =
    fault.type === 'failed' && fault.errorType === 'script_exception' ? 'ScriptFailed' : 'PreflightFailed';
  return { reason, message: faultMessage(fault, pipeline, steps) };
}
