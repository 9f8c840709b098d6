import { describe, expect, it } from 'vitest';
import { othersAmong } from './indices.ts';

const ours = { mappings: { _meta: { 'es-steward-demo': true } } };

describe('othersAmong', () => {
  it('takes what bears the mark of the demo and one of its names for its own', () => {
    expect(othersAmong({ 'cities-v1': ours, 'cities-v2': ours, 'logs-v1-2026.11.26': ours })).toEqual([]);
  });

  it('leaves an index of such a name that somebody else has made', () => {
    const found = { 'cities-v1': { mappings: {} }, 'logs-v1-2026.11.26': {}, 'cities-v2': ours };
    expect(othersAmong(found)).toEqual(['cities-v1', 'logs-v1-2026.11.26']);
  });

  it('leaves a copy of its indexes that a person has made, to which the mark went along', () => {
    expect(othersAmong({ 'cities-v3': ours, 'logs-v1-archive': ours })).toEqual([
      'cities-v3',
      'logs-v1-archive',
    ]);
  });
});
