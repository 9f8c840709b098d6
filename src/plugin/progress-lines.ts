import { fitted, type Colour, type Paint } from './paint.ts';
import type { Progress } from './progress.ts';

const BAR = 24;

/** `████████░░░░`: full and empty differ without colour too. */
export function bar(percent: number, width = BAR): string {
  const full = Math.min(width, Math.max(0, Math.round((percent / 100) * width)));
  return `${'█'.repeat(full)}${'░'.repeat(width - full)}`;
}

const colourOf = ({ end }: Progress): Colour => (end === 'good' ? 'green' : end === 'bad' ? 'red' : 'blue');

/** Lines of equal columns that fit into a terminal. */
export function liveLines(all: readonly Progress[], width: number, paint: Paint): readonly string[] {
  const titles = Math.min(40, Math.max(...all.map(({ title }) => title.length)));
  const phases = Math.max(...all.map(({ phase }) => phase.length));
  const bars = Math.max(8, Math.min(BAR, width - titles - phases - 40));
  return all.map((each) => {
    const { title, phase, percent, detail } = each;
    const measured =
      percent === undefined
        ? ' '.repeat(bars + 5)
        : `${paint(colourOf(each), bar(percent, bars))} ${String(percent).padStart(3)}%`;
    const used = titles + 2 + phases + 2 + bars + 5 + 2;
    const shown = paint(colourOf(each), phase.padEnd(phases));
    return `${fitted(title, titles).padEnd(titles)}  ${shown}  ${measured}  ${fitted(detail, Math.max(10, width - used - 1))}`.trimEnd();
  });
}

/** For a file or a pipe. */
export function plainLine({ title, phase, percent, detail }: Progress): string {
  return [
    title,
    phase,
    ...(percent === undefined ? [] : [`${percent}%`]),
    ...(detail === '' ? [] : [detail]),
  ].join('  ');
}

/** Whether a line is worth it where each stays: a new phase, an end, ten percent more, or half a minute of work. */
export function isNews(
  before: (Progress & { readonly at: number }) | undefined,
  after: Progress,
  now: number,
): boolean {
  if (before === undefined || before.phase !== after.phase || before.end !== after.end) return true;
  if (after.end !== undefined) return false;
  const step = Math.floor((after.percent ?? 0) / 10) > Math.floor((before.percent ?? 0) / 10);
  return step || (now - before.at >= 30_000 && plainLine(before) !== plainLine(after));
}
