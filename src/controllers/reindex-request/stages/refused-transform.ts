import { namesAnIndex } from '../../query-lookups.ts';
import { pipelineFaults } from '../pipeline-rules.ts';
import { clockFault, type QueryFault } from '../query-clocks.ts';
import { nowFault } from '../query-time.ts';
import { scriptFault } from '../script.ts';
import type { Situation } from '../situation.ts';
import { fail, type Step } from '../step.ts';

/** What could leave the place that the plan gives it, or read what was not granted. */
export function refuseScript(situation: Situation): Step | undefined {
  const fault = scriptFault(situation.spec.transform?.script?.source ?? '');
  if (fault === undefined) return undefined;
  return fail(
    situation,
    'ScriptFailed',
    `the script ${fault}: correct spec.transform.script in a new request`,
  );
}

export function refusedQuery(situation: Situation): string | undefined {
  if (namesAnIndex(situation.spec.source.query))
    return 'spec.source.query reads another index, which is not allowed: put the values into the query in a new request';
  const changing = changingQuery(situation);
  if (!changing) return undefined;
  return `spec.source.query ${changing.what}, so that each part of the copy and its proof could choose other documents: ${changing.cure} in a new request`;
}

function changingQuery({ spec, observed }: Situation): QueryFault | undefined {
  const { query } = spec.source;
  const { mappings } = observed.sources[0] ?? {};
  const now = nowFault(query, mappings);
  return now === undefined ? clockFault(query, mappings) : { what: now, cure: 'write the date' };
}

export function refusedPipeline({ spec, observed }: Situation): string | undefined {
  const name = spec.transform?.pipeline;
  const { pipelines = {}, missingPrivileges = [] } = observed.preflight ?? {};
  // They are not read then; the privileges are waited for first.
  if (!name || missingPrivileges.length > 0) return undefined;
  const faults = pipelineFaults(name, pipelines);
  return faults.length > 0 ? faults.join('; ') : undefined;
}

/** Whatever users write would be refused once the aliases have moved. */
export function refusedServingPipelines({ observed }: Situation): string | undefined {
  const { absentPipelines = [] } = observed.preflight ?? {};
  if (absentPipelines.length === 0) return undefined;
  return `ingest pipeline ${absentPipelines.join(', ')}, which spec.destination.settings names, does not exist, so that every write would be refused once the aliases have moved: create it and retry, or correct the settings in a new request`;
}
