import { describe, expect, it } from 'vitest';
import type { Resource } from './kubernetes.ts';
import { progressLine, progressView } from './progress-line.ts';

const copying: Resource = {
  metadata: {},
  status: {
    phase: 'Copying',
    conditions: [],
    progress: {
      percent: 45,
      message: '',
      total: 135_233,
      completed: 67_617,
      documentsPerSecond: 9_800,
      remaining: '7s',
    },
  },
};

describe('progressLine', () => {
  it('shows phase, bar, documents, speed and the time left', () => {
    expect(progressLine(copying)).toBe(
      'Copying     [###########.............]  45%  67,617 of 135,233 documents  9,800/s  7s left',
    );
  });

  it('shows a request without any status as pending', () => {
    expect(progressLine({ metadata: {}, status: { conditions: [] } })).toMatch(/^Pending .*0%$/);
  });
});

/** What a stream was given. */
function recorder(isTTY: boolean) {
  const written: string[] = [];
  return { isTTY, columns: 80, written, write: (text: string) => written.push(text) };
}

describe('progressView', () => {
  it('changes one line on a terminal and begins another for a new phase', () => {
    const out = recorder(true);
    const view = progressView(out);
    view.show('Copying', 'a', 0);
    view.show('Copying', 'b', 1);
    view.show('Verifying', 'c', 2);
    view.end();
    expect(out.written.join('')).toBe('\r\u001B[Ka\r\u001B[Kb\n\r\u001B[Kc\n');
  });

  it('writes few plain lines where nobody watches, but every phase', () => {
    const out = recorder(false);
    const view = progressView(out);
    view.show('Copying', 'a', 0);
    view.show('Copying', 'b', 100);
    view.show('Verifying', 'c', 200);
    view.show('Verifying', 'd', 2_300);
    view.end();
    expect(out.written.join('')).toBe('a\nc\nd\n');
  });
});
