import { Counter, Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import { parseDuration } from '../crds/duration.ts';
import type { SnapshotSchedule, SnapshotScheduleStatus } from '../crds/snapshot-schedule.ts';

export interface SnapshotMetrics {
  /** Asked at each scrape, so that what is gone is not told of any more. */
  watchSnapshotSchedules(schedules: () => readonly SnapshotSchedule[]): void;
}

/** What a schedule has to say in one series: nothing, a figure, or a figure with one more label. */
type Read = (schedule: SnapshotSchedule, status: SnapshotScheduleStatus) => number | Labelled | undefined;
type Labelled = { readonly label: string; readonly value: number };

interface Series {
  readonly name: string;
  readonly help: string;
  readonly read: Read;
  /** The name of the label beside namespace and name. */
  readonly label?: string;
}

const PREFIX = 'es_steward_snapshot';

const GAUGES: readonly Series[] = [
  {
    name: `${PREFIX}_last_success_timestamp_seconds`,
    help: 'When the newest success of a schedule ended, in seconds since the epoch.',
    read: (_schedule, { lastSuccessfulTime: time }) =>
      time === undefined ? undefined : Date.parse(time) / 1000,
  },
  {
    name: `${PREFIX}_stale_after_seconds`,
    help: 'How old the newest success may be.',
    read: (_schedule, { staleAfter }) => seconds(staleAfter),
  },
  {
    name: `${PREFIX}_last_state`,
    help: '1 for the state of the last snapshot.',
    label: 'state',
    read: (_schedule, { lastSnapshot }) => lastSnapshot && { label: lastSnapshot.state, value: 1 },
  },
  {
    name: `${PREFIX}_last_duration_seconds`,
    help: 'How long the last snapshot took.',
    read: (_schedule, { lastSnapshot }) => seconds(lastSnapshot?.duration),
  },
  {
    name: `${PREFIX}_last_bytes`,
    help: 'Bytes that the last snapshot copied anew.',
    read: (_schedule, { lastSnapshot }) => lastSnapshot?.bytes,
  },
  {
    name: `${PREFIX}_consecutive_failures`,
    help: 'Slots in a row that ended without a success.',
    read: (_schedule, { consecutiveFailures = 0 }) => consecutiveFailures,
  },
  {
    name: `${PREFIX}s_retained`,
    help: 'Successes of a schedule that are in its repository.',
    read: (_schedule, { retained }) => retained?.count,
  },
  {
    name: `${PREFIX}_retention_halted`,
    help: '1 while retention deletes nothing, by reason.',
    label: 'reason',
    read: (_schedule, { retention }) =>
      retention?.halted === undefined ? undefined : { label: retention.halted, value: 1 },
  },
  {
    name: `${PREFIX}_restore_check_passed`,
    help: '1 when the last restore check passed, 0 when it failed.',
    read: (_schedule, { lastRestoreCheck }) => PASSED[lastRestoreCheck?.result ?? 'Skipped'],
  },
  {
    name: `${PREFIX}_schedule_suspended`,
    help: '1 while a schedule is suspended, else 0.',
    read: ({ spec }) => (spec.suspend ? 1 : 0),
  },
];

const PASSED = { Passed: 1, Failed: 0, Skipped: undefined } as const;

const COUNTERS: readonly Series[] = [
  {
    name: `${PREFIX}_missed_slots_total`,
    help: 'Slots that never ran.',
    read: (_schedule, { missedSlots = 0 }) => missedSlots,
  },
  {
    name: `${PREFIX}_deletions_total`,
    help: 'Snapshots that retention has deleted.',
    read: (_schedule, { retention }) => retention?.deleted ?? 0,
  },
];

/** Everything comes from the status, which outlives the process: there is nothing to keep in step. */
export function snapshotMetrics(registers: Registry[]): SnapshotMetrics {
  let schedules: () => readonly SnapshotSchedule[] = () => [];
  const collectGauge = (series: Series) =>
    new Gauge({
      ...optionsOf(series, registers),
      collect() {
        this.reset();
        for (const { labels, value } of samplesOf(series, schedules())) this.set(labels, value);
      },
    });
  const collectCounter = (series: Series) =>
    new Counter({
      ...optionsOf(series, registers),
      collect() {
        this.reset();
        for (const { labels, value } of samplesOf(series, schedules())) this.inc(labels, value);
      },
    });
  GAUGES.forEach(collectGauge);
  COUNTERS.forEach(collectCounter);
  return { watchSnapshotSchedules: (watched) => void (schedules = watched) };
}

const optionsOf = ({ name, help, label }: Series, registers: Registry[]) => ({
  name,
  help,
  registers,
  labelNames: ['namespace', 'name', ...(label === undefined ? [] : [label])],
});

function* samplesOf({ read, label }: Series, schedules: readonly SnapshotSchedule[]) {
  for (const schedule of schedules) {
    const { namespace, name } = schedule.metadata;
    const found = read(schedule, schedule.status ?? {});
    if (found === undefined) continue;
    if (typeof found === 'number') yield { labels: { namespace, name }, value: found };
    else yield { labels: { namespace, name, [label ?? 'label']: found.label }, value: found.value };
  }
}

/** Of a duration as status has it, with tenths of a second below ten. */
function seconds(written: string | undefined): number | undefined {
  if (written === undefined) return undefined;
  const short = /^(\d+\.\d+)s$/.exec(written)?.[1];
  if (short !== undefined) return Number(short);
  const ms = parseDuration(written);
  return ms === undefined ? undefined : ms / 1000;
}
