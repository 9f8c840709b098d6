import { expect, it } from 'vitest';
import { tarGz } from './archive.ts';
import { partOf } from './report-parts.ts';

const longest = 'a'.repeat(253);

it('keeps a name that is short enough, and cuts a longer one to one of its own', () => {
  expect(partOf('orders-v2')).toBe('orders-v2');
  expect(partOf('a'.repeat(90))).toBe('a'.repeat(90));
  const [one, other] = [partOf(longest), partOf(`${'a'.repeat(252)}b`)];
  expect([one.length, other.length, one === other]).toEqual([90, 90, false]);
});

it('lets every path of a report into an archive', () => {
  const report = 'es-steward-report-2026-11-25T12-00-00';
  const namespace = 'n'.repeat(63);
  const paths = [
    `${report}/resources/${namespace}/indexmaintenancepolicy/${partOf(longest)}.yaml`,
    `${report}/operator/logs/${partOf(longest)}/${'c'.repeat(63)}.previous.log`,
    `${report}/operator/metrics/${partOf(longest)}.txt`,
  ];
  expect(() =>
    tarGz(
      paths.map((path) => ({ path, content: '' })),
      0,
    ),
  ).not.toThrow();
});
