import { fitted, plain, widthOf, type Paint } from './paint.ts';

export interface Cell {
  readonly text: string;
  readonly paint?: (text: string) => string;
}

const GAP = '   ';

/** Columns as wide as their widest cell. */
export const table = (head: readonly string[], rows: readonly Row[]): readonly string[] =>
  fittedTable(head, rows, {}).lines;

type Row = readonly (Cell | string)[];

export interface Fitted {
  readonly lines: readonly string[];
  /** Whether each row had to be cut: what it says must be told elsewhere. */
  readonly cut: readonly boolean[];
}

/** No wider than `width`: the last column takes what the others leave. Without a width (no terminal) nothing is cut. */
export function fittedTable(
  head: readonly string[],
  rows: readonly Row[],
  { width, paint = plain }: { readonly width?: number | undefined; readonly paint?: Paint },
): Fitted {
  const cells = rows.map((row) => row.map((cell) => (typeof cell === 'string' ? { text: cell } : cell)));
  const natural = head.map((title, at) =>
    Math.max(widthOf(title), ...cells.map((row) => widthOf(row[at]?.text ?? ''))),
  );
  const widths = width === undefined ? natural : shrunk(natural, width - GAP.length * (head.length - 1));
  const isCut = ({ text }: Cell, at: number): boolean => widthOf(text) > (widths[at] ?? 0);
  const line = (row: readonly Cell[]): string =>
    row
      .map((cell, at) => drawn(cell, widths[at] ?? 0))
      .join(GAP)
      .trimEnd();
  return {
    lines: [line(head.map((text) => ({ text, paint: (title) => paint('dim', title) }))), ...cells.map(line)],
    cut: cells.map((row) => row.some(isCut)),
  };
}

/** The last column gives way first, then the widest of the others, as long as anything can be read in them. */
function shrunk(natural: readonly number[], most: number): readonly number[] {
  const widths = [...natural];
  const last = widths.length - 1;
  for (let excess = sum(widths) - most; excess > 0; excess -= 1) {
    const at = (widths[last] ?? 0) > LEAST_LAST ? last : widths.indexOf(Math.max(...widths.slice(0, last)));
    if ((widths[at] ?? 0) <= LEAST) break;
    widths[at] = (widths[at] ?? 0) - 1;
  }
  return widths;
}

const LEAST = 10;
const LEAST_LAST = 20;
const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

function drawn({ text, paint = (same) => same }: Cell, width: number): string {
  const shown = fitted(text, width);
  return paint(shown) + ' '.repeat(Math.max(0, width - widthOf(shown)));
}
