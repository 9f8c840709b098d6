import { describe, expect, it } from 'vitest';
import { ExactSerializer } from './exact-numbers.ts';

const parse = (json: string) => new ExactSerializer().deserialize(json);
const documentOf = (number: string) => parse(`{"_source":{"n":[${number}]}}`);

describe('documents of an answer', () => {
  it.each([
    ['9007199254740993', '9007199254740992'],
    ['0.12345678901234567891', '0.12345678901234567892'],
    ['1e400', '1e401'],
    ['9007199254740993', '"9007199254740993"'],
  ])('tell %s from %s (H81)', (one, other) => {
    expect(documentOf(one)).not.toEqual(documentOf(other));
  });

  it.each([
    ['1.0000000000000000', '1'],
    ['1.0E100', '1e100'],
  ])('do not tell %s from %s', (one, other) => {
    expect(documentOf(one)).toEqual(documentOf(other));
  });

  it('are written on as they were read', () => {
    const json = '{"_source":{"n":[9007199254740993,1]}}';
    expect(JSON.stringify(parse(json))).toBe(json);
  });

  it('are all that is told: elsewhere a number is a number', () => {
    expect(parse('{"_source":{"n":1},"max":9223372036854775807}')).toEqual({
      _source: { n: 1 },
      max: 2 ** 63,
    });
  });
});
