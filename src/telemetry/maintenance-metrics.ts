import { Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import type {
  IndexMaintenancePolicy,
  IndexMaintenancePolicyStatus as Status,
} from '../crds/index-maintenance-policy.ts';

export interface MaintenanceMetrics {
  /** Asked at each scrape, so that what is gone is not told of any more. */
  watchMaintenancePolicies(policies: () => readonly IndexMaintenancePolicy[]): void;
}

/** One figure, with the value of one more label where the series has one. */
type Sample = readonly [value: number | undefined, label?: string];

interface Series {
  readonly name: string;
  readonly help: string;
  /** The name of the label beside namespace and name. */
  readonly label?: string;
  readonly read: (status: Status, policy: IndexMaintenancePolicy) => readonly Sample[];
}

type Target = NonNullable<Status['targets']>[number];

const PREFIX = 'es_steward_maintenance';

const perTarget = (name: string, help: string, read: (target: Target) => number | undefined): Series => ({
  name: `${PREFIX}_target_${name}`,
  help,
  label: 'target',
  read: ({ targets = [] }) => targets.map((target) => [read(target), target.name]),
});

const perPolicy = (name: string, help: string, read: (status: Status) => number | undefined): Series => ({
  name: `${PREFIX}_${name}`,
  help,
  read: (status) => [[read(status)]],
});

const seconds = (time: string | undefined): number | undefined =>
  time === undefined ? undefined : Date.parse(time) / 1000;

const SERIES: readonly Series[] = [
  perTarget('indices', 'Indexes of a target.', ({ matched }) => matched),
  perTarget('documents', 'Documents of a target, in primary shards.', ({ documents }) => documents),
  perTarget('bytes', 'Bytes of a target, in primary shards.', ({ bytes }) => bytes),
  perTarget('growth_bytes_per_day', 'Growth over the last seven whole days.', (target) => target.bytesPerDay),
  perTarget('next_expiry_timestamp_seconds', 'When the next index of a target expires.', ({ nextExpiry }) =>
    seconds(nextExpiry),
  ),
  perPolicy(
    'planned_deletions',
    'Indexes that the plan of a policy deletes.',
    ({ plan }) => plan?.deletes.count,
  ),
  perPolicy('last_success_timestamp_seconds', 'When a run last ended without a failure.', (status) =>
    seconds(status.lastSuccessfulTime),
  ),
  perPolicy(
    'consecutive_failures',
    'Runs in a row that ended with a failure.',
    ({ consecutiveFailures = 0 }) => consecutiveFailures,
  ),
  perPolicy('approval_required', '1 while a plan waits for approval, else 0.', ({ conditions = [] }) =>
    conditions.some(({ type }) => type === 'ApprovalRequired') ? 1 : 0,
  ),
  {
    name: `${PREFIX}_kept`,
    help: 'Indexes that stay, by reason.',
    label: 'reason',
    read: ({ plan }) => (plan?.kept ?? []).map(({ reason, count }) => [count, reason]),
  },
  {
    name: `${PREFIX}_policy_suspended`,
    help: '1 while a policy is suspended, else 0.',
    read: (_status, { spec }) => [[spec.suspend ? 1 : 0]],
  },
];

/** Everything comes from the status, which outlives the process: there is nothing to keep in step. */
export function maintenanceMetrics(registers: Registry[]): MaintenanceMetrics {
  let policies: () => readonly IndexMaintenancePolicy[] = () => [];
  const gauges = SERIES.map((series) => gaugeOf(series, () => policies()));
  for (const register of registers) for (const gauge of gauges) register.registerMetric(gauge);
  return { watchMaintenancePolicies: (watched) => void (policies = watched) };
}

function gaugeOf(series: Series, policies: () => readonly IndexMaintenancePolicy[]): Gauge {
  const { name, help, label } = series;
  return new Gauge({
    name,
    help,
    registers: [],
    labelNames: ['namespace', 'name', ...(label === undefined ? [] : [label])],
    collect() {
      this.reset();
      for (const { labels, value } of samplesOf(series, policies())) this.set(labels, value);
    },
  });
}

function* samplesOf({ read, label }: Series, policies: readonly IndexMaintenancePolicy[]) {
  for (const policy of policies) {
    const { namespace, name } = policy.metadata;
    for (const [value, text] of read(policy.status ?? {}, policy)) {
      if (value === undefined) continue;
      yield { labels: { namespace, name, ...(label === undefined ? {} : { [label]: text ?? '' }) }, value };
    }
  }
}
