import type { Resource } from './kubernetes.ts';

const barWidth = 24;

/** One line for a person who watches a copy: phase, bar, documents, speed and the time left. */
export function progressLine({ status }: Resource): string {
  const { phase = 'Pending', progress } = status;
  const head = `${phase.padEnd(11)} ${bar(progress?.percent ?? 0)} ${String(progress?.percent ?? 0).padStart(3)}%`;
  const { completed, total, documentsPerSecond, remaining } = progress ?? {};
  const parts = [
    ...(total ? [`${grouped(completed ?? 0)} of ${grouped(total)} documents`] : []),
    ...(documentsPerSecond ? [`${grouped(documentsPerSecond)}/s`] : []),
    ...(remaining === undefined ? [] : [`${remaining} left`]),
  ];
  return [head, ...parts].join('  ');
}

function bar(percent: number): string {
  const full = Math.round((percent / 100) * barWidth);
  return `[${'#'.repeat(full)}${'.'.repeat(barWidth - full)}]`;
}

/** `135,233`: thousands are counted at a glance. */
export function grouped(count: number): string {
  return count.toLocaleString('en-US');
}

/**
 * Shows lines of progress. A terminal sees one line that changes, and a new one for each phase; a file or pipe gets a
 * line for each phase and at most one every `plainEveryMs` between.
 */
export function progressView(
  out: { readonly isTTY?: boolean; readonly columns?: number; write(text: string): unknown },
  plainEveryMs = 2_000,
): { show(phase: string, line: string, now: number): void; end(): void } {
  let last = { phase: '', line: '', at: Number.NEGATIVE_INFINITY };
  const erase = '\r\u001B[K';
  return {
    show(phase, line, now) {
      const isNew = phase !== last.phase;
      if (line === last.line || (!out.isTTY && !isNew && now - last.at < plainEveryMs)) return;
      if (out.isTTY) {
        const kept = isNew && last.line !== '' ? '\n' : '';
        out.write(`${kept}${erase}${line.slice(0, (out.columns ?? 120) - 1)}`);
      } else out.write(`${line}\n`);
      last = { phase, line, at: now };
    },
    end() {
      if (out.isTTY && last.line !== '') out.write('\n');
    },
  };
}
