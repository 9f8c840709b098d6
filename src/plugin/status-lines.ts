import { wrapped } from './help.ts';
import type { Colour, Paint } from './paint.ts';
import { fittedTable, type Cell } from './table.ts';
import { pluralsOf, titleOf, type KindName, type Ours } from './targets.ts';
import { LEVELS, needsPerson, type Level, type Verdict } from './verdict.ts';

export interface StatusRow {
  readonly one: Ours;
  readonly verdict: Verdict;
}

export interface StatusView {
  readonly rows: readonly StatusRow[];
  /** Kinds that this login may not see. */
  readonly hidden: readonly KindName[];
  /** Of each operator a line, and whether it is good news. */
  readonly operators: readonly { readonly text: string; readonly good: boolean }[];
  /** Undefined: all. */
  readonly namespace: string | undefined;
  readonly paint: Paint;
  /** Of the terminal; undefined when there is none. */
  readonly width: number | undefined;
}

const COLOURS: Readonly<Record<Level, Colour>> = {
  good: 'green',
  ended: 'dim',
  stopped: 'dim',
  'at work': 'blue',
  waiting: 'blue',
  unseen: 'yellow',
  'needs you': 'yellow',
  failed: 'red',
};

/** What `status` shows. */
export function statusLines(view: StatusView): readonly string[] {
  const { rows, paint, width } = view;
  const about = [...hiddenLines(view), ...operatorLines(view)];
  if (rows.length === 0) return [nothing(view), '', ...about];
  const cells = rows.map((row) => cellsOf(view, row));
  const { lines, cut } = fittedTable(headOf(view), cells, { width, paint });
  const below = rows.flatMap((row, at) => belowLines(view, row, cut[at] ?? false));
  return [...lines, '', `${summary(rows, paint)}.`, ...about, ...below];
}

const hiddenLines = ({ hidden }: StatusView): readonly string[] =>
  hidden.length === 0 ? [] : [`Not shown: ${pluralsOf(hidden)} (not allowed)`];

const operatorLines = ({ operators, paint, width }: StatusView): readonly string[] =>
  operators.flatMap(({ text, good }) =>
    wrapped(`The operator ${text}.`, width ?? 1_000)
      .split('\n')
      .map((line) => paint(good ? 'dim' : 'red', line)),
  );

function nothing({ namespace }: StatusView): string {
  if (namespace === undefined) return 'There is nothing of es-steward in this cluster.';
  return `There is nothing of es-steward in namespace ${namespace}. -A looks in all of them.`;
}

const headOf = ({ namespace }: StatusView): readonly string[] => [
  ...(namespace === undefined ? ['NAMESPACE'] : []),
  'NAME',
  'STATE',
  'WHAT',
];

function cellsOf({ namespace, paint }: StatusView, { one, verdict }: StatusRow): readonly (Cell | string)[] {
  const colour = (text: string) => paint(COLOURS[verdict.level], text);
  return [
    ...(namespace === undefined ? [one.resource.metadata.namespace] : []),
    titleOf(one),
    { text: verdict.level, paint: colour },
    verdict.what,
  ];
}

/** `1 failed, 2 at work, 3 good` */
function summary(rows: readonly StatusRow[], paint: Paint): string {
  const told = LEVELS.toReversed().flatMap((level) => {
    const count = rows.filter(({ verdict }) => verdict.level === level).length;
    return count === 0 ? [] : [paint(COLOURS[level], `${count} ${level}`)];
  });
  return told.join(', ');
}

/** What to do, and in full what the table had to cut. */
function belowLines(
  { namespace, paint, width }: StatusView,
  { one, verdict: { level, what, todo } }: StatusRow,
  isCut: boolean,
): readonly string[] {
  if (todo.length === 0 && !isCut) return [];
  const place = namespace === undefined ? `${one.resource.metadata.namespace}: ` : '';
  const colour = needsPerson(level) ? COLOURS[level] : 'bold';
  const told = todo.flatMap(({ text, commands }) => [text, ...commands.map((each) => `$ ${each}`)]);
  return [
    '',
    `${place}${paint(colour, titleOf(one))}`,
    ...[...(isCut ? [`${what}.`] : []), ...told].flatMap((text) => paragraph(text, width ?? 100)),
  ];
}

const paragraph = (text: string, width: number): readonly string[] =>
  text.startsWith('$ ')
    ? [`    ${text}`]
    : wrapped(text, Math.max(40, width - 4))
        .split('\n')
        .map((line) => `  ${line}`);
