import { describe, expect, it } from 'vitest';
import { comparison, type Figures } from './report.ts';

const layout = { name: '1 shard, 200 B', shards: 1, documentBytes: 200, documents: 200_000 };
const contenders = ['as libraries do', 'slices=auto', 'es-steward'].map((name) => ({ name }));

const speed = (contender: string, copyMilliseconds: number, cpuSeconds: number): Figures => ({
  type: 'speed',
  layout: layout.name,
  contender,
  copyMilliseconds,
  totalMilliseconds: copyMilliseconds * 2,
  writtenAgain: 0,
  cpuSeconds,
});
const outage = (milliseconds: number): Figures => ({
  type: 'outage',
  layout: layout.name,
  milliseconds,
  faults: 0,
});

const figures: readonly Figures[] = [
  speed('as libraries do', 2_000, 2),
  speed('slices=auto', 2_000, 2),
  ...[1_000, 1_250, 4_000].map((milliseconds) => speed('es-steward', milliseconds, 2.1)),
  { type: 'repetition', layout: layout.name, contender: 'es-steward', writtenAgain: 50_000 },
  ...[1_000, 1_400, 6_000].map(outage),
];

describe('the comparison of ways to copy', () => {
  const text = comparison([layout], contenders, figures);
  const row = text.split('\n').find((line) => line.includes('| es-steward '));

  it('shows medians, extremes and what a kill repeats', () => {
    const cells = row?.split('|').map((cell) => cell.trim());
    expect(cells?.slice(3, -1)).toEqual(['160k', '50k to 200k', '80k', '10.5', '25 %']);
  });

  it('says of each goal whether it is met', () => {
    const goals = text.split('\n').filter((line) => line.startsWith('- '));
    expect(goals.map((line) => line.endsWith(': met'))).toEqual([true, true, true, false]);
  });

  it('misses a goal whose figure is not there', () => {
    const goals = comparison([layout], contenders, figures.slice(0, 2)).split('\n').slice(-4);
    expect(goals.every((line) => line.endsWith(': missed'))).toBe(true);
  });
});
