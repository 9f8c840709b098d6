import { describe, expect, it } from 'vitest';
import { answering } from '../../test/support/scenario-elasticsearch.ts';
import { nodeDisks, reservedBy } from './disk.ts';

const GB = 1024 ** 3;
const settings = (over: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(over).map(([name, value]) => [`cluster.routing.allocation.disk.${name}`, value]),
  );

describe('the high watermark', () => {
  it.each([
    [
      'of the defaults, on a small disk',
      { 'watermark.high': '90%', 'watermark.high.max_headroom': '150GB' },
      10,
    ],
    ['that is a ratio', { 'watermark.high': '0.75', 'watermark.high.max_headroom': '-1' }, 25],
    ['that is a percentage without a limit', { 'watermark.high': '50%' }, 50],
    ['that is limited', { 'watermark.high': '90%', 'watermark.high.max_headroom': '4gb' }, 4],
    ['that is an amount', { 'watermark.high': '512mb', 'watermark.high.max_headroom': '-1' }, 0.5],
    ['that is switched off', { threshold_enabled: 'false', 'watermark.high': '90%' }, 0],
    ['that nobody knows', {}, 0],
  ])('%s: of 100 GB stay free', (_, over, free) => {
    expect(reservedBy(settings(over))(100 * GB)).toBeCloseTo(free * GB, 0);
  });
});

describe('nodeDisks', () => {
  const total = { total_in_bytes: 100 * GB, available_in_bytes: 30 * GB };
  const nodes = { _nodes: { failed: 0 }, nodes: { a: { roles: ['data'], fs: { total } } } };
  const disk = (watermark: object) => ({ cluster: { routing: { allocation: { disk: { watermark } } } } });

  it('takes what was set last, nested or dotted, before the defaults', async () => {
    const defaults = disk({ high: '90%', 'high.max_headroom': '150GB' });
    const changed = { defaults, persistent: disk({ high: '80%', 'high.max_headroom': '-1' }) };
    const last = { ...changed, transient: disk({ high: { max_headroom: '10gb' } }) };
    const usable = async (answer: object) =>
      (await nodeDisks(answering(nodes, answer))).map(({ usableBytes }) => Math.round(usableBytes / GB));
    expect(await usable({ defaults })).toEqual([20]);
    expect(await usable(changed)).toEqual([10]);
    expect(await usable(last)).toEqual([20]);
  });

  it('is asked again when a node did not answer', async () => {
    const answer = { ...nodes, _nodes: { failed: 1 } };
    await expect(nodeDisks(answering(answer, {}))).rejects.toMatchObject({ errorClass: 'incomplete' });
  });
});
