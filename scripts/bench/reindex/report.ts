import { quantile } from '../runtime/measure.ts';
import type { Contender, Copied } from './contenders.ts';
import type { Layout } from './layouts.ts';
import { markdownTable } from '../markdown-table.ts';

/** What one measurement has found; of a layout, and of a way to copy where that matters. */
export type Figures =
  | ({ readonly type: 'speed'; readonly contender: string; readonly layout: string } & Copied & {
        readonly cpuSeconds: number;
      })
  | {
      readonly type: 'repetition';
      readonly contender: string;
      readonly layout: string;
      readonly writtenAgain: number;
    }
  | {
      readonly type: 'outage';
      readonly layout: string;
      readonly milliseconds: number;
      /** Documents that were not as their writer knows them. */
      readonly faults: number;
    };

const HEAD = [
  'index',
  'way',
  'documents/s',
  'least to most',
  'documents/s in total',
  'server CPU s per million',
  'written again after a kill',
];

/** Medians of every way on every layout, the write outage, and the goals beside what was reached. */
export function comparison(
  layouts: readonly Layout[],
  contenders: readonly Pick<Contender, 'name'>[],
  figures: readonly Figures[],
): string {
  const all = layouts.flatMap((layout) => contenders.map(({ name }) => summaryOf(layout, name, figures)));
  const outages = layouts.map((layout) => outageLine(layout, figures));
  const goals = layouts.flatMap((layout) => goalLines(layout, all, figures));
  return [markdownTable(HEAD, all.map(rowOf)), ...outages, 'Goals:', ...goals].join('\n');
}

interface Summary {
  readonly layout: string;
  readonly name: string;
  readonly speeds: readonly number[];
  readonly speed: number;
  readonly totalSpeed: number;
  readonly cpuPerMillion: number;
  readonly writtenAgain: number;
}

function summaryOf({ name: layout, documents }: Layout, name: string, figures: readonly Figures[]): Summary {
  const own = figures.filter((figure) => figure.layout === layout);
  const speeds = own
    .filter((figure) => figure.type === 'speed')
    .filter(({ contender }) => contender === name);
  const again = own.find((figure) => figure.type === 'repetition' && figure.contender === name);
  const perSecond = speeds.map(({ copyMilliseconds }) => (documents * 1000) / copyMilliseconds);
  return {
    layout,
    name,
    speeds: perSecond,
    speed: median(perSecond),
    totalSpeed: median(speeds.map(({ totalMilliseconds }) => (documents * 1000) / totalMilliseconds)),
    cpuPerMillion: median(speeds.map(({ cpuSeconds }) => (cpuSeconds * 1_000_000) / documents)),
    writtenAgain: again?.type === 'repetition' ? again.writtenAgain / documents : Number.NaN,
  };
}

const median = (values: readonly number[]): number => quantile(values, 0.5);
const worst = (values: readonly number[]): number => quantile(values, 1);
const thousands = (value: number): string => `${(value / 1000).toFixed(0)}k`;

function rowOf({ layout, name, speeds, speed, totalSpeed, cpuPerMillion, writtenAgain }: Summary) {
  return [
    layout,
    name,
    thousands(speed),
    `${thousands(Math.min(...speeds))} to ${thousands(Math.max(...speeds))}`,
    thousands(totalSpeed),
    cpuPerMillion.toFixed(1),
    Number.isNaN(writtenAgain) ? '' : `${(writtenAgain * 100).toFixed(0)} %`,
  ];
}

function outagesOf({ name }: Layout, figures: readonly Figures[]) {
  return figures.filter((figure) => figure.type === 'outage').filter(({ layout }) => layout === name);
}

function outageLine(layout: Layout, figures: readonly Figures[]): string {
  const outages = outagesOf(layout, figures);
  const waits = outages.map(({ milliseconds }) => milliseconds);
  const faults = outages.reduce((sum, outage) => sum + outage.faults, 0);
  return `${layout.name}, under writers: no write for ${seconds(median(waits))} (median), ${seconds(worst(waits))} (worst) in ${waits.length} copies; ${faults} documents wrong.`;
}

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(2)} s`;

/** On one shard the way of libraries is the measure, on many the fastest that Elasticsearch has by itself. */
function goalLines(layout: Layout, all: readonly Summary[], figures: readonly Figures[]): readonly string[] {
  const of = (name: string) => all.find((other) => other.layout === layout.name && other.name === name);
  const [ours, libraries, auto] = [of('es-steward'), of('as libraries do'), of('slices=auto')];
  if (!ours || !libraries || !auto) return [];
  const one = layout.shards === 1;
  const waits = outagesOf(layout, figures).map(({ milliseconds }) => milliseconds / 1000);
  return [
    one
      ? goal(layout, 'documents/s of the way of libraries', ours.speed / libraries.speed, '>=', 1.4)
      : goal(layout, 'documents/s of slices=auto', ours.speed / auto.speed, '>=', 0.95),
    goal(
      layout,
      'CPU of the way of libraries',
      ours.cpuPerMillion / libraries.cpuPerMillion,
      '<=',
      one ? 1.1 : 0.9,
    ),
    goal(layout, 'seconds without a write, median', median(waits), '<=', 1.5),
    goal(layout, 'seconds without a write, worst', worst(waits), '<=', 5),
  ];
}

function goal({ name }: Layout, what: string, value: number, relation: '>=' | '<=', limit: number): string {
  const isMet = relation === '>=' ? value >= limit : value <= limit;
  return `- ${name}: ${value.toFixed(2)} x ${what}, ${relation} ${limit}: ${isMet ? 'met' : 'missed'}`.replace(
    / x seconds/,
    ' seconds',
  );
}
