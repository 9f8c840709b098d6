import { widthOf } from './paint.ts';
import type { Progress } from './progress.ts';
import { isNews, liveLines, plainLine } from './progress-lines.ts';
import type { Session } from './session.ts';

export interface ProgressView {
  show(all: readonly Progress[]): void;
  end(): void;
}

/** A terminal sees lines that change where they stand, a file or pipe one line for each piece of news. */
export function progressView(session: Pick<Session, 'out' | 'paint' | 'clock'>): ProgressView {
  return session.out.isTTY === true ? liveView(session) : plainView(session);
}

const HIDE_CURSOR = '\u001B[?25l';
const SHOW_CURSOR = '\u001B[?25h';

function liveView({ out, paint }: Pick<Session, 'out' | 'paint'>): ProgressView {
  let drawn: readonly string[] = [];
  return {
    show(all) {
      const { columns, rows } = sizeOf(out);
      const up = drawn.length > 0 ? `\u001B[${rowsOf(drawn, columns)}A` : HIDE_CURSOR;
      drawn = liveLines(foremost(all, rows - 1), columns, paint);
      out.write(`${up}\r\u001B[J${drawn.join('\n')}\n`);
    },
    end: () => void out.write(SHOW_CURSOR),
  };
}

/** Some terminals say that they have none. */
const sizeOf = ({ columns = 0, rows = 0 }: Session['out']) => ({
  columns: columns > 0 ? columns : 100,
  rows: rows > 0 ? rows : 24,
});

/** A terminal that was made narrower since has wrapped what is on it. */
const rowsOf = (drawn: readonly string[], columns: number): number =>
  drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(widthOf(line) / columns)), 0);

/** What does not fit on the screen could not be drawn over: what still runs goes first. */
function foremost(all: readonly Progress[], most: number): readonly Progress[] {
  if (all.length <= most) return all;
  const running = all.filter(({ end }) => end === undefined);
  return [...running, ...all.filter(({ end }) => end !== undefined)].slice(0, most);
}

function plainView({ out, clock }: Pick<Session, 'out' | 'clock'>): ProgressView {
  const last = new Map<string, Progress & { readonly at: number }>();
  return {
    show(all) {
      const now = clock.monotonic();
      for (const each of all) {
        if (!isNews(last.get(each.title), each, now)) continue;
        last.set(each.title, { ...each, at: now });
        out.write(`${plainLine(each)}\n`);
      }
    },
    end: () => undefined,
  };
}
