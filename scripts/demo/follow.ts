import { setTimeout as sleep } from 'node:timers/promises';
import { holds, type Kubernetes, readyMessage, type Resource } from './kubernetes.ts';
import { progressLine, progressView } from './progress-line.ts';

const pollMs = 250;
/** Longer than anything in the demo takes without a sign of life, even on a busy machine. */
const silenceLimitMs = 180_000;

/** Waits until a connection may be used. */
export async function untilConnected(
  kubernetes: Kubernetes,
  name: string,
  signal: AbortSignal,
): Promise<void> {
  await until(signal, async () => {
    const connection = await kubernetes.read('elasticsearchconnections', name);
    refuseRefused(connection);
    return { done: holds(connection, 'Ready') ? connection : undefined, sign: readyMessage(connection) };
  });
}

/** An operator in a cluster does not speak to this machine. */
function refuseRefused({ status }: Resource): void {
  const ready = status.conditions.find(({ type }) => type === 'Ready');
  if (ready?.reason !== 'EndpointRefused') return;
  throw new Error(
    `The operator that looks after the demo may not speak to its Elasticsearch (${ready.message}). Give one with ` +
      'ELASTICSEARCH_URL that it can reach, or unset KUBECONFIG: then the demo starts servers and an operator of its own.',
  );
}

/** Waits until a resource is as `isSettled` says. */
export async function untilSettled(
  kubernetes: Kubernetes,
  plural: string,
  name: string,
  signal: AbortSignal,
  isSettled: (resource: Resource) => boolean,
): Promise<Resource> {
  return until(signal, async () => {
    const resource = await kubernetes.read(plural, name);
    return { done: isSettled(resource) ? resource : undefined, sign: readyMessage(resource) };
  });
}

/** Shows the progress of a request until it has ended, well or not, and gives it as it then is. */
export async function follow(kubernetes: Kubernetes, name: string, signal: AbortSignal): Promise<Resource> {
  const view = progressView(process.stdout);
  try {
    return await until(signal, async () => {
      const request = await kubernetes.read('reindexrequests', name);
      const { phase = 'Pending' } = request.status;
      const line = progressLine(request);
      view.show(phase, line, performance.now());
      const isOver = ['Completed', 'Failed', 'Cancelled'].includes(phase);
      return { done: isOver ? request : undefined, sign: `${line} ${readyMessage(request)}` };
    });
  } finally {
    view.end();
  }
}

/** Polls until `look` is done; gives up when what it sees has not changed for too long. */
async function until<T>(
  signal: AbortSignal,
  look: () => Promise<{ readonly done: T | undefined; readonly sign: string }>,
): Promise<T> {
  let last = { sign: '', at: performance.now() };
  for (;;) {
    signal.throwIfAborted();
    const { done, sign } = await look();
    if (done !== undefined) return done;
    if (sign !== last.sign) last = { sign, at: performance.now() };
    if (performance.now() - last.at > silenceLimitMs)
      throw new Error(`Nothing has changed for ${silenceLimitMs / 1000} s. The last that was seen: ${sign}`);
    await sleep(pollMs, undefined, { signal });
  }
}
