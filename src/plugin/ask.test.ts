import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { policy, policyPlan } from '../../test/support/plugin-objects.ts';
import { memorySession } from '../../test/support/plugin-session.ts';
import { asking } from './ask.ts';
import { confirmed } from './confirm.ts';

/** A person who types this at a terminal once the question is there. */
function typed(keys: string) {
  const stop = new AbortController();
  const input = new PassThrough();
  const output = new PassThrough();
  output.once('data', () => input.write(keys));
  return { stop, ask: asking(input, output, stop, true) };
}

describe('a question at a terminal', () => {
  it('takes the line that is typed', async () => {
    const { ask, stop } = typed('yes\r');
    expect([await ask('Go on? '), stop.signal.aborted]).toEqual(['yes', false]);
  });

  it('is answered with nothing by Ctrl-D', async () => {
    const { ask, stop } = typed('\u0004');
    expect([await ask('Go on? '), stop.signal.aborted]).toEqual(['', false]);
  });

  it('is interrupted by Ctrl-C, and says that nothing was changed', async () => {
    const { ask, stop } = typed('\u0003');
    const { session, text } = memorySession('approve imp/logs -n shop', policy({ plan: policyPlan }));
    await expect(confirmed({ ...session, ask }, 'Go on?')).rejects.toMatchObject({ name: 'AbortError' });
    expect([stop.signal.aborted, text()]).toEqual([true, 'Nothing was changed.\n']);
  });
});
