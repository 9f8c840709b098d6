import { fitted, padded, widthOf, type Colour, type Paint } from './paint.ts';
import type { Progress } from './progress.ts';

const BAR = 24;

/** `████████░░░░`: full and empty differ without colour too. */
export function bar(percent: number, width = BAR): string {
  const full = Math.min(width, Math.max(0, Math.round((percent / 100) * width)));
  return `${'█'.repeat(full)}${'░'.repeat(width - full)}`;
}

const colourOf = ({ end }: Progress): Colour => (end === 'good' ? 'green' : end === 'bad' ? 'red' : 'blue');

/** Lines of equal columns, narrower than a terminal of this width: one that is full may be wrapped. */
export function liveLines(all: readonly Progress[], width: number, paint: Paint): readonly string[] {
  const most = width - 1;
  const phases = Math.max(...all.map(({ phase }) => phase.length));
  const titles = Math.min(
    Math.max(...all.map(({ title }) => widthOf(title))),
    Math.max(SHORTEST_TITLE, Math.min(40, most - phases - SHORTEST_REST)),
  );
  const bars = Math.max(8, Math.min(BAR, width - titles - phases - 40));
  return all.map((each) => {
    const { title, phase, percent, detail } = each;
    const colour = (text: string) => paint(colourOf(each), text);
    const measured = percent === undefined ? ' '.repeat(bars) : bar(percent, bars);
    return joined(
      [
        [padded(fitted(title, titles), titles)],
        [padded(phase, phases), colour],
        [measured, colour],
        [percent === undefined ? ' '.repeat(4) : `${String(percent).padStart(3)}%`],
        // A line of the terminal is one line here, whatever a message holds.
        [detail.replaceAll(/\s+/g, ' ')],
      ],
      most,
    );
  });
}

const SHORTEST_TITLE = 10;
/** A short bar, the percent, some of the detail and the gaps. */
const SHORTEST_REST = 8 + 4 + 20 + 4 * 2;

type Part = readonly [text: string, paint?: (text: string) => string];

/** Parts beside each other, cut where the line ends. */
function joined(parts: readonly Part[], width: number): string {
  let left = width;
  const shown = parts.map(([text, paint = (same) => same]) => {
    const part = fitted(text, left);
    left -= widthOf(part) + GAP.length;
    return paint(part);
  });
  return shown
    .filter((part) => part !== '')
    .join(GAP)
    .trimEnd();
}

const GAP = '  ';

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
