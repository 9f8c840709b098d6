import { z } from 'zod';
import { eventually } from '../support/eventually.ts';
import type { Installation } from './installation.ts';

const requestSchema = z.object({
  metadata: z.object({ finalizers: z.array(z.string()).default([]) }),
  status: z
    .object({
      phase: z.string().default('Pending'),
      progress: z
        .object({ percent: z.number(), completed: z.number().default(0), message: z.string() })
        .optional(),
      conditions: z
        .array(z.object({ type: z.string(), status: z.string(), reason: z.string(), message: z.string() }))
        .default([]),
    })
    .default({ phase: 'Pending', conditions: [] }),
});

export type Request = z.output<typeof requestSchema>;

export function readRequest({ read }: Installation, name: string): Promise<Request> {
  return read(requestSchema, 'reindexrequest', name);
}

/** How slow a copy goes that somebody wants to interrupt: a minute for the cities. */
export const slowly = 2500;

/** The documents per second of a copy that runs; 0 takes the limit away. */
export async function throttle({ kubectl }: Installation, name: string, perSecond: number): Promise<void> {
  const requestsPerSecond = perSecond === 0 ? null : perSecond;
  const patch = JSON.stringify({ spec: { throttle: { requestsPerSecond } } });
  await kubectl('patch', 'reindexrequest', name, '--type=merge', '--patch', patch);
}

/** Waits until a copy has come far enough to be in the middle. */
export function untilInTheMiddle(installation: Installation, name: string): Promise<Request> {
  return eventually(
    `the copy ${name} is in the middle`,
    async () => {
      const request = await readRequest(installation, name);
      const { phase, progress } = request.status;
      if (['Failed', 'Completed'].includes(phase)) throw new Error(`It is ${phase} already.`);
      return phase === 'Copying' && (progress?.percent ?? 0) >= 10 ? request : undefined;
    },
    120_000,
  );
}

/** Waits until a request says that the operator is paused: it has wanted to go on since then, and was not let. */
export async function untilItSaysPaused(installation: Installation, name: string): Promise<void> {
  await eventually(
    `${name} says that the operator is paused`,
    async () => {
      const { conditions } = (await readRequest(installation, name)).status;
      return conditions.some(({ message }) => /paused/i.test(message));
    },
    60_000,
  );
}

/** `kubectl wait`, as a script of a user does it. */
export async function untilCompleted({ kubectl }: Installation, name: string): Promise<void> {
  await kubectl('wait', '--for=condition=Complete', '--timeout=240s', `reindexrequest/${name}`);
  await kubectl(
    'wait',
    '--for=jsonpath={.status.phase}=Completed',
    '--timeout=60s',
    `reindexrequest/${name}`,
  );
}

/** A copy of all cities under a new name that needs no more than a minute at its pace. */
export function copyOfCities(from: string, to: string): string {
  return `
apiVersion: es-steward.dev/v1alpha1
kind: ReindexRequest
metadata:
  name: ${to}
spec:
  connectionRef:
    name: main
  source:
    index: ${from}
  destination:
    index: ${to}
  sourceAfter:
    rollbackWindow: 0s
  throttle:
    requestsPerSecond: ${slowly}
`;
}
