import { expect, it } from 'vitest';
import { startOperatorProcess } from '../../support/operator-process.ts';

const NOWHERE = { KUBECONFIG: '/nonexistent/kubeconfig' };

it('explains itself without a cluster and starts nothing', async () => {
  const operator = startOperatorProcess({ args: ['--help'], environment: NOWHERE });
  expect(await operator.exited).toBe(0);
  expect(operator.stdout()).toContain('--watch-namespaces');
  expect(operator.stdout()).toContain('ES_STEWARD_WATCH_NAMESPACES');
  expect(operator.stderr()).toBe('');
});

it.each<[readonly string[], Record<string, string>, string]>([
  [['--wrokers=3'], {}, '--workers'],
  [['--workers=none'], {}, '--workers'],
  [[], { ES_STEWARD_LOG_LEVEL: 'loud' }, 'ES_STEWARD_LOG_LEVEL'],
  [['--kubeconfig=/nonexistent/kubeconfig'], {}, '--kubeconfig'],
])('refuses %j with %j in one line that names %s', async (args, environment, name) => {
  const operator = startOperatorProcess({ args, environment });
  expect(await operator.exited).toBe(2);
  const complaint = operator.stderr().trim();
  expect(complaint.split('\n')).toHaveLength(1);
  expect(complaint).toContain(name);
  expect(operator.stdout()).toBe('');
});
