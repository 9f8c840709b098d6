/** One figure of all; those of the peers are absent where there is nothing to compare with. */
export interface Row {
  readonly what: string;
  readonly unit: string;
  readonly ours: number;
  readonly peer?: number;
  readonly typedPeer?: number;
  readonly goal: string;
}

const HEAD = ['', 'es-steward', 'controller-runtime', 'ratio', 'goal', 'controller-runtime, typed'];

/** A Markdown table, readable on a terminal as well. */
export function table(rows: readonly Row[]): string {
  const cells = [HEAD, ...rows.map(cellsOf)];
  const widths = HEAD.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [head = HEAD, ...body] = cells;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}

function cellsOf({ what, unit, ours, peer, typedPeer, goal }: Row): readonly string[] {
  const show = (value: number | undefined) =>
    value === undefined ? '' : `${Number(value.toPrecision(3))} ${unit}`.trim();
  const ratio = peer === undefined || peer === 0 ? '' : (ours / peer).toFixed(2);
  return [what, show(ours), show(peer), ratio, goal, show(typedPeer)];
}
