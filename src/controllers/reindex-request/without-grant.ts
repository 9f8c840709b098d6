import type { ReindexRequest } from '../../crds/reindex-request.ts';
import type { Pass } from '../../runtime/controller.ts';
import { WaitingError } from '../../runtime/errors.ts';
import { holdsFinalizer } from '../../runtime/finalizer.ts';
import type { Observed } from './observed.ts';
import { hasServed } from './situation.ts';
import type { Step } from './step.ts';

type Observe = (request: ReindexRequest, pass: Pass) => Promise<Observed>;
type Decide = (request: ReindexRequest, observed: Observed, now: number) => Step;

/**
 * A request whose grant was taken away in the middle of its work: what it holds is let go as by `spec.suspend`, which no lost
 * grant forbids. Else it would keep writers waiting, and its tasks unseen, for as long as nobody gives the grant back.
 */
export function observeWithoutGrant(observe: Observe): Observe {
  return async (request, pass) => {
    try {
      return await observe(request, pass);
    } catch (error) {
      if (!(error instanceof WaitingError) || error.reason !== 'NotGranted' || !isAtWork(request))
        throw error;
      return { ...(await observe(asSuspended(request), pass)), revoked: error.message };
    }
  };
}

/** Nobody tells of the labels of a namespace. */
const LOOK_AGAIN_MS = 10_000;

export function decideWithoutGrant(decide: Decide): Decide {
  return (request, observed, now) => {
    const { revoked: message } = observed;
    if (message === undefined) return decide(request, observed, now);
    const step = decide(asSuspended(request), observed, now);
    const { progress } = step.status;
    return {
      ...step,
      status: { ...step.status, ...(progress && { progress: { ...progress, message } }) },
      ready: { type: 'reconciling', reason: 'NotGranted', message },
      next: step.next === 'changed' ? LOOK_AGAIN_MS : step.next,
    };
  };
}

function isAtWork({ metadata, status }: ReindexRequest): boolean {
  return holdsFinalizer({ metadata }) && !hasServed(status?.phase);
}

const asSuspended = (request: ReindexRequest): ReindexRequest => ({
  ...request,
  spec: { ...request.spec, suspend: true },
});
