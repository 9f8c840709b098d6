import { expect, it } from 'vitest';
import { pageOf } from './page.ts';

it.each([
  ['nothing', {}, 5_000],
  ['more than a page', { max_result_window: '50000', max_terms_count: '65536' }, 5_000],
  ['fewer results', { max_result_window: '1000' }, 1_000],
  ['fewer values', { max_result_window: '1000', max_terms_count: '200' }, 200],
])('a page is as large as an index allows whose settings say %s', (_, settings, page) => {
  expect(pageOf(settings)).toBe(page);
  expect(pageOf({ index: settings }, 100)).toBe(100);
});
