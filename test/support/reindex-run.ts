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
  /** Sees the request after each pass, before anything else is done to it. */
  readonly after?: Disturbance;
}

export interface Ended {
  readonly name: string;
  readonly request: ReindexRequest | undefined;
  readonly status: NonNullable<ReindexRequest['status']>;
  /** Every status that was seen, one per pass. */
  readonly seen: readonly NonNullable<ReindexRequest['status']>[];
}

/** Does it once, as soon as the request is so. */
export function once(when: (request: ReindexRequest) => boolean, act: Disturbance): Disturbance {
  let done = false;
  return async (request) => {
    if (done || !when(request)) return;
    done = true;
    await act(request);
  };
}

/** A task of a part is in status. */
export const hasTask = ({ status }: ReindexRequest): boolean =>
  status?.copy?.running.some(({ task }) => task !== undefined) ?? false;

/** A write block had to be lifted before the aliases could move. */
export const isFreeAgain = ({ status }: ReindexRequest): boolean =>
  status?.fenceTries !== undefined && status.fence === undefined;

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
  const { at = {}, after, clock = skippingClock() } = options;
  const process = startProcess(bed, { ...options, clock });
  const seen: NonNullable<ReindexRequest['status']>[] = [];
  const due = new Map(Object.entries(at));
  let request: ReindexRequest | undefined;
  for (let again = true; again; ) {
    again = false;
    for await (const pass of passes(process, bed, name, clock)) {
      request = pass.request;
      if (request?.status) seen.push(request.status);
      if (request) await after?.(request);
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
    throw unknownOutcome();
  };
}

/** What the sender of a call hears whose answer is lost, or not there yet. */
export const unknownOutcome = (): ElasticsearchError =>
  new ElasticsearchError({
    errorClass: 'unknownOutcome',
    outcomeUnknown: true,
    publicMessage: 'there is no answer',
  });
