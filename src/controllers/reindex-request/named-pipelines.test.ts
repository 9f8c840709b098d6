import { expect, it } from 'vitest';
import { spec } from '../../../test/support/reindex-situations.ts';
import { namedPipelines } from './named-pipelines.ts';

const destination = (settings: object) => ({ destination: { index: 'orders-v2', settings } });

it.each([
  ['of the transform', { transform: { pipeline: 'p' } }, ['p']],
  ['of a setting', destination({ 'index.default_pipeline': 'p' }), ['p']],
  ['of a setting without prefix', destination({ final_pipeline: 'p' }), ['p']],
  [
    'of nested settings, each once',
    {
      transform: { pipeline: 'p' },
      ...destination({ index: { default_pipeline: 'p', final_pipeline: 'q' } }),
    },
    ['p', 'q'],
  ],
  ['but not the one that is none', destination({ 'index.default_pipeline': '_none' }), []],
  ['but none where nothing names one', {}, []],
])('names the pipelines %s', (_, over, names) => {
  expect(namedPipelines(spec(over))).toEqual(names);
});
