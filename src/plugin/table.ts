import { fitted, plain, widthOf, type Paint } from './paint.ts';

export interface Cell {
  readonly text: string;
  readonly paint?: (text: string) => string;
}

const GAP = '   ';

/**
 * Columns as wide as their widest cell. The last one takes what is left of `width`; without one (no terminal) nothing
 * is cut.
 */
export function table(
  head: readonly string[],
  rows: readonly (readonly (Cell | string)[])[],
  { width, paint = plain }: { readonly width?: number | undefined; readonly paint?: Paint } = {},
): readonly string[] {
  const cells = rows.map((row) => row.map((cell) => (typeof cell === 'string' ? { text: cell } : cell)));
  const widths = head.map((title, at) =>
    Math.max(widthOf(title), ...cells.map((row) => widthOf(row[at]?.text ?? ''))),
  );
  const line = (row: readonly Cell[]): string =>
    row
      .map((cell, at) => drawn(cell, at, widths, row.length, width))
      .join(GAP)
      .trimEnd();
  return [line(head.map((text) => ({ text, paint: (title) => paint('dim', title) }))), ...cells.map(line)];
}

function drawn(
  { text, paint = (same) => same }: Cell,
  at: number,
  widths: readonly number[],
  columns: number,
  width: number | undefined,
): string {
  if (at < columns - 1) return paint(text) + ' '.repeat(Math.max(0, (widths[at] ?? 0) - widthOf(text)));
  const before = widths.slice(0, at).reduce((sum, each) => sum + each + GAP.length, 0);
  return paint(width === undefined ? text : fitted(text, Math.max(20, width - before)));
}
