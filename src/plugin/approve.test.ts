import { describe, expect, it } from 'vitest';
import { condition, policy, policyPlan as plan } from '../../test/support/plugin-objects.ts';
import { memorySession } from '../../test/support/plugin-session.ts';
import { approve } from './approve.ts';

const approving = (...conditions: readonly ReturnType<typeof condition>[]) =>
  approvingIn({ conditions, nextRunTime: '2026-03-02T00:00:00Z' });

const approvingIn = (status: object) => {
  const { session, args, text } = memorySession(
    'approve imp/logs -n shop --yes',
    policy({ plan, ...status }),
  );
  return { ended: approve(session, args), text };
};

describe('an approval', () => {
  it('of a policy that never comes due is refused with how it is carried out', async () => {
    const { ended } = approvingIn({ conditions: [condition('Ready', 'True', 'Scheduled')] });
    await expect(ended).rejects.toThrow(/carried out only when you ask for a run \(the annotation /);
  });

  it.each([
    ['Paused', 'False', /does not wait for approval: Paused: Paused it is$/],
    ['ActionFailed', 'False', /does not wait for approval: its plan is carried out at the next time/],
    ['Scheduled', 'True', /does not wait for approval: its plan is carried out at the next time/],
  ] as const)(
    'that nobody waits for is refused with what the plan comes to: %s',
    async (reason, ready, words) => {
      await expect(approving(condition('Ready', ready, reason)).ended).rejects.toThrow(words);
    },
  );

  it('promises no deletion at once while something is in the way', async () => {
    const asked = condition('ApprovalRequired', 'True', 'WaitingForApproval');
    const free = approving(asked, condition('Ready', 'False', 'ApprovalRequired'));
    expect(await free.ended).toBe(0);
    expect(free.text()).toContain('It is carried out at once.');
    const hindered = approving(asked, condition('Ready', 'False', 'ConnectionNotReady'));
    expect(await hindered.ended).toBe(0);
    expect(hindered.text()).toMatch(/carried out once this is over.*: ConnectionNotReady/);
  });
});
