import { describe, expect, it } from 'vitest';
import { isSameVector } from './vector-values.ts';

const FINE = 2 ** -21;

/** What is read of a float vector whose cosines are calculated: it is kept divided by its length. */
function readBack(vector: readonly number[]): readonly number[] {
  const floats = vector.map(Math.fround);
  const squares = floats.reduce((sum, each) => Math.fround(sum + Math.fround(each * each)), 0);
  const length = Math.fround(Math.sqrt(squares));
  return floats.map((each) => Math.fround(Math.fround(each / length) * length));
}

const bytesAsText = (...bytes: readonly number[]) => Buffer.from(bytes).toString('base64');

describe('two notations', () => {
  it.each<[string, unknown, unknown]>([
    ['digits, large and small', 'dead', 'DEad'],
    ['digits and bytes', 'dead017f80', [-34, -83, 1, 127, -128]],
    ['digits and bytes written as fractions', 'dead', [-34.0, -83.0]],
    ['Base64 and bytes', bytesAsText(0xde, 0xad, 1), [-34, -83, 1]],
    ['Base64 and floats', bytesAsText(0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0), [1, -2]],
    ['Base64 and floats of half the length', bytesAsText(0x3f, 0x80, 0xc0, 0), [1, -2]],
    ['vectors of bytes, each as text or not', ['dead', [1, 2]], [[-34, -83], '0102']],
    ['nothing', '', []],
  ])('of one vector are the same: %s', (_, one, other) => {
    expect(isSameVector(one, other, 0)).toBe(true);
    expect(isSameVector(other, one, 0)).toBe(true);
  });

  it.each<[string, unknown, unknown]>([
    ['digits', 'dead', 'beef'],
    ['digits and bytes', 'dead', [-34, -82]],
    ['digits and bytes without a sign', 'dead', [222, 173]],
    ['digits and more bytes', 'dead', [-34, -83, 0]],
    ['Base64 in other letters', 'Pfzw', 'pfzw'],
    ['Base64 and floats', bytesAsText(0x3f, 0x80, 0, 0), [1.5]],
    ['text and no numbers', 'dead', ['de', 'ad']],
    ['text and nothing', 'dead', undefined],
    ['text and a number', '1', 1],
    ['bytes', [100, 1], [100, 2]],
    ['weights by other names', { a: 1 }, { b: 1 }],
    ['fewer weights', { a: 1 }, { a: 1, b: 1 }],
  ])('of two vectors differ: %s', (_, one, other) => {
    expect(isSameVector(one, other, FINE)).toBe(false);
    expect(isSameVector(other, one, FINE)).toBe(false);
  });
});

describe('a vector that is read again', () => {
  const vectors = Array.from({ length: 200 }, (_, n) =>
    Array.from({ length: 16 }, (__, at) => Math.sin(n * 16 + at) * 10 ** ((n % 9) - 4)),
  );

  it('is the same, and so is its copy', () => {
    for (const vector of vectors) {
      const once = readBack(vector);
      const twice = readBack(once);
      expect(isSameVector(vector, once, FINE)).toBe(true);
      expect(isSameVector(vector, twice, FINE)).toBe(true);
      expect(isSameVector(once, twice, FINE)).toBe(true);
    }
  });

  it('is the same without what no float can say beside its length', () => {
    const vector = [1e-44, 3, 1e-60];
    expect(isSameVector(vector, readBack(vector), FINE)).toBe(true);
  });

  it('is another one where a part differs in what a float keeps well', () => {
    expect(isSameVector([0.5, 3], [0.500001, 3], FINE)).toBe(false);
    expect(isSameVector([3e-9, 3], [0, 3], FINE)).toBe(false);
  });

  it('is as coarse as it is said to be', () => {
    expect(isSameVector({ a: 1 }, { a: 0.997 }, 2 ** -8)).toBe(true);
    expect(isSameVector({ a: 1 }, { a: 0.997 }, FINE)).toBe(false);
    expect(isSameVector({ a: 1 }, { a: 0.99 }, 2 ** -8)).toBe(false);
  });
});
