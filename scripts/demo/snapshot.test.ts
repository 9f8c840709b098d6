import { expect, it } from 'vitest';
import { isOfDemo } from './snapshot.ts';

it.each([
  ['of the demo', { 'es-steward': { schedule: 'es-steward-demo/cities' } }, true],
  ['of a schedule of the same name elsewhere', { 'es-steward': { schedule: 'default/cities' } }, false],
  ['of something else', { taken_by: 'somebody' }, false],
  ['without any note', undefined, false],
])('knows whether a snapshot is its own: %s', (_, metadata, own) => {
  expect(isOfDemo(metadata)).toBe(own);
});
