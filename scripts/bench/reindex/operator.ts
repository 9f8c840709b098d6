import { type OperatorProcess, startOperatorProcess } from '../../../test/support/operator-process.ts';

/** The operator, which dies and comes back. */
export interface KillableOperator {
  /** Ends it at once, as a crash does. */
  readonly kill: () => Promise<void>;
  /** Starts it again and waits until it works. */
  readonly start: () => Promise<void>;
}

/** Its successor acts at once: how long a lease of the dead is respected is no matter of a copy. */
const flagsFor = (namespace: string): readonly string[] => [
  `--watch-namespaces=${namespace}`,
  `--lease-namespace=${namespace}`,
  '--leader-elect=false',
  '--metrics-address=127.0.0.1:0',
  '--health-address=127.0.0.1:0',
];

const START_LIMIT_MS = 60_000;

export async function startKillableOperator(
  kubeconfig: string,
  namespace: string,
): Promise<KillableOperator> {
  let running: OperatorProcess | undefined;
  const start = async () => {
    const operator = startOperatorProcess({
      args: flagsFor(namespace),
      environment: { KUBECONFIG: kubeconfig },
    });
    running = operator;
    await Promise.race([operator.logged('started', START_LIMIT_MS), endsTooSoon(operator)]);
  };
  await start();
  return {
    start,
    async kill() {
      running?.signal('SIGKILL');
      await running?.exited;
      running = undefined;
    },
  };
}

/** @throws when it has ended, with what it said last. */
async function endsTooSoon({ exited, stderr, stdout }: OperatorProcess): Promise<never> {
  const code = await exited;
  throw new Error(
    `the operator ended (${String(code)}) before it worked: ${(stderr() || stdout()).slice(-2_000)}`,
  );
}
