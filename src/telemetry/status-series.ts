import { Counter, Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import { parseDuration } from '../crds/duration.ts';
import { findCondition } from '../crds/shared.ts';
import type { Condition, Conditioned, Resource } from '../crds/shared.ts';

/** One figure, with the values of further labels where the series has any. Undefined: there is nothing to tell. */
export type Sample = readonly [value: number | undefined, ...labels: readonly string[]];

/** A metric that is read from a resource: most often from its status, which outlives the process. */
export interface StatusSeries<Of> {
  readonly name: string;
  readonly help: string;
  /** Labels beside `namespace` and `name`; their values must be few. */
  readonly labels?: readonly string[];
  /** Only ever grows, as long as the resource lives. */
  readonly counts?: boolean;
  readonly read: (resource: Of) => readonly Sample[];
}

type Named = Pick<Resource<unknown, unknown>, 'metadata'>;

/** A series with one figure per resource. */
export function single<Of>(
  name: string,
  help: string,
  read: (resource: Of) => number | undefined,
): StatusSeries<Of> {
  return { name, help, read: (resource) => [[read(resource)]] };
}

/** A series that is 1 for the value of its label that holds, and absent for all others. */
export function state<Of>(
  name: string,
  label: string,
  help: string,
  read: (resource: Of) => string | undefined,
): StatusSeries<Of> {
  const samples = (value: string | undefined): readonly Sample[] => (value === undefined ? [] : [[1, value]]);
  return { name, help, labels: [label], read: (resource) => samples(read(resource)) };
}

/**
 * Registers the series. `objects` is asked at each scrape: there is nothing to keep in step, and what is gone is not
 * told of any more.
 */
export function registerSeries<Of extends Named>(
  registers: Registry[],
  series: readonly StatusSeries<Of>[],
  objects: () => readonly Of[],
): void {
  for (const one of series) {
    if (one.counts === true) counterOf(registers, one, objects);
    else gaugeOf(registers, one, objects);
  }
}

function gaugeOf<Of extends Named>(
  registers: Registry[],
  series: StatusSeries<Of>,
  objects: () => readonly Of[],
): Gauge {
  return new Gauge({
    ...optionsOf(series, registers),
    collect() {
      this.reset();
      for (const { labels, value } of samplesOf(series, objects())) this.set(labels, value);
    },
  });
}

function counterOf<Of extends Named>(
  registers: Registry[],
  series: StatusSeries<Of>,
  objects: () => readonly Of[],
): Counter {
  return new Counter({
    ...optionsOf(series, registers),
    collect() {
      this.reset();
      for (const { labels, value } of samplesOf(series, objects())) this.inc(labels, value);
    },
  });
}

const optionsOf = ({ name, help, labels = [] }: StatusSeries<never>, registers: Registry[]) => ({
  name,
  help,
  registers,
  labelNames: ['namespace', 'name', ...labels],
});

function* samplesOf<Of extends Named>({ read, labels = [] }: StatusSeries<Of>, objects: readonly Of[]) {
  for (const object of objects) {
    const { namespace, name } = object.metadata;
    for (const [value, ...texts] of read(object)) {
      // A status that somebody edited may hold anything that its schema allows; a scrape never fails for it.
      if (value === undefined || !Number.isFinite(value)) continue;
      const further = labels.map((label, at) => [label, texts[at] ?? '']);
      yield { labels: { namespace, name, ...Object.fromEntries(further) }, value };
    }
  }
}

/** The condition while it is True, for its reason and its time. */
export function trueCondition(status: Conditioned, type: string): Condition | undefined {
  const found = findCondition(status, type);
  return found?.status === 'True' ? found : undefined;
}

/** Seconds since the epoch of a time as status has it. */
export function epochSeconds(time: string | undefined): number | undefined {
  return time === undefined ? undefined : Date.parse(time) / 1000;
}

/** Seconds of a duration as status has it, with tenths of a second below ten. */
export function durationSeconds(written: string | undefined): number | undefined {
  if (written === undefined) return undefined;
  const short = /^(\d+\.\d+)s$/.exec(written)?.[1];
  if (short !== undefined) return Number(short);
  const ms = parseDuration(written);
  return ms === undefined ? undefined : ms / 1000;
}
