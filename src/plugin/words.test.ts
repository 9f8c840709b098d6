import { describe, expect, it } from 'vitest';
import { colourful, fitted, paintFor, plain, widthOf } from './paint.ts';
import { bytes, counted, relative, span } from './words.ts';

describe('words', () => {
  it.each([
    [-5, '0s'],
    [119_000, '119s'],
    [120_000, '2m'],
    [3 * 3_600_000, '3h'],
    [47 * 3_600_000, '47h'],
    [49 * 3_600_000, '2d'],
  ])('%i ms are %s', (ms, text) => {
    expect(span(ms)).toBe(text);
  });

  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [500 * 1024 ** 2, '500 MiB'],
    [1.25 * 1024 ** 3, '1.3 GiB'],
  ])('%i bytes are %s', (count, text) => {
    expect(bytes(count)).toBe(text);
  });

  it('count and tell times both ways', () => {
    expect([counted(1, 'index', 'indexes'), counted(2000, 'document')]).toEqual([
      '1 index',
      '2,000 documents',
    ]);
    const now = Date.parse('2026-11-25T12:00:00Z');
    expect([relative('2026-11-25T11:00:00Z', now), relative('2026-11-25T12:00:30Z', now)]).toEqual([
      '60m ago',
      'in 30s',
    ]);
  });
});

describe('colour', () => {
  it('is for terminals, and for those who want it', () => {
    expect(paintFor({ isTTY: true }, {})).toBe(colourful);
    expect(paintFor({ isTTY: true }, { NO_COLOR: '1' })).toBe(plain);
    expect(paintFor({ isTTY: true }, { TERM: 'dumb' })).toBe(plain);
    expect(paintFor({}, {})).toBe(plain);
  });

  it('takes no room', () => {
    expect(widthOf(colourful('red', 'abc'))).toBe(3);
    expect([fitted('abcdef', 4), fitted('abc', 4)]).toEqual(['abc…', 'abc']);
  });
});
