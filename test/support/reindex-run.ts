import type { ReindexRequest } from '../../src/crds/reindex-request.ts';
import { ElasticsearchError } from '../../src/elasticsearch/errors.ts';
import { createRequest, type ReindexBed, type RequestSpec } from './reindex-bed.ts';
import { passes, type ProcessOptions, startProcess } from './reindex-process.ts';
import { skippingClock } from './skipping-clock.ts';
import { type Around } from './server-calls.ts';

export type Disturbance = (request: ReindexRequest) => Promise<void>;

export interface RunOptions extends Partial<ProcessOptions> {
  /** The name of the request; a fresh one when absent. */
  readonly name?: string;
  /** What somebody does, once, as soon as the request is in a phase. */
  readonly at?: Readonly<Record<string, Disturbance>>;
}

export interface Ended {
  readonly name: string;
  readonly request: ReindexRequest | undefined;
  readonly status: NonNullable<ReindexRequest['status']>;
  /** Every status that was seen, one per pass. */
  readonly seen: readonly NonNullable<ReindexRequest['status']>[];
}

/** Applies a request and lets a process of its own bring it to rest. */
export async function reindex(
  bed: ReindexBed,
  spec: { readonly from: string; readonly to: string } & RequestSpec,
  options: RunOptions = {},
): Promise<Ended> {
  const name = options.name ?? bed.name();
  await createRequest(bed, name, spec);
  return bringToRest(bed, name, options);
}

export async function bringToRest(bed: ReindexBed, name: string, options: RunOptions = {}): Promise<Ended> {
  const { at = {}, clock = skippingClock() } = options;
  const process = startProcess(bed, { ...options, clock });
  const seen: NonNullable<ReindexRequest['status']>[] = [];
  const due = new Map(Object.entries(at));
  let request: ReindexRequest | undefined;
  for (let again = true; again; ) {
    again = false;
    for await (const pass of passes(process, bed, name, clock)) {
      request = pass.request;
      if (request?.status) seen.push(request.status);
      const disturb = due.get(request?.status?.phase ?? '');
      if (!request || !disturb) continue;
      due.delete(request.status?.phase ?? '');
      await disturb(request);
      again = true;
    }
  }
  await process.close();
  return { name, request, status: request?.status ?? {}, seen };
}

/** The first call of that shape is carried out and its answer lost; the process lives on. */
export function losingAnswerOf(shape: string): Around {
  let lost = false;
  return async (call, send) => {
    const answer = await send();
    if (lost || call.shape !== shape) return answer;
    lost = true;
    throw new ElasticsearchError({
      errorClass: 'unknownOutcome',
      outcomeUnknown: true,
      publicMessage: 'the answer was lost',
    });
  };
}
