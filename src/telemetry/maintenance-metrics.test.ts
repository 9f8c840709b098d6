import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import type {
  IndexMaintenancePolicy,
  IndexMaintenancePolicyStatus,
} from '../crds/index-maintenance-policy.ts';
import { maintenanceMetrics } from './maintenance-metrics.ts';

const policyOf = (name: string, status?: IndexMaintenancePolicyStatus): IndexMaintenancePolicy =>
  ({
    metadata: { namespace: 'ns', name },
    spec: { suspend: name === 'idle' },
    status,
  }) as IndexMaintenancePolicy; // what is read of one

const told: IndexMaintenancePolicyStatus = {
  targets: [
    { name: 'days', matched: 9, documents: 8, bytes: 7, bytesPerDay: 6, nextExpiry: '2026-01-01T00:00:00Z' },
  ],
  plan: {
    hash: 'h',
    specHash: 's',
    generation: 1,
    time: '2026-01-01T00:00:00Z',
    lookedAtTime: '2026-01-01T00:00:00Z',
    deletes: { count: 5, bytes: 0, documents: 0, names: [] },
    aliasChanges: { add: 0, remove: 0, names: [] },
    kept: [{ reason: 'Young', count: 4 }],
    held: [],
  },
  lastSuccessfulTime: '2026-01-01T00:00:00Z',
  consecutiveFailures: 2,
};

async function linesOf(registry: Registry): Promise<readonly string[]> {
  return (await registry.metrics()).split('\n').filter((line) => line.startsWith('es_steward_'));
}

it('tells what the status of each policy says, and forgets what is gone', async () => {
  const registry = new Registry();
  let policies = [policyOf('logs', told), policyOf('idle')];
  maintenanceMetrics([registry]).watchMaintenancePolicies(() => policies);
  const at = (suffix = '') => `{namespace="ns",name="logs"${suffix}}`;
  const lines = await linesOf(registry);
  expect(lines.filter((line) => line.includes('"logs"'))).toEqual([
    `es_steward_maintenance_target_indices${at(',target="days"')} 9`,
    `es_steward_maintenance_target_documents${at(',target="days"')} 8`,
    `es_steward_maintenance_target_bytes${at(',target="days"')} 7`,
    `es_steward_maintenance_target_growth_bytes_per_day${at(',target="days"')} 6`,
    `es_steward_maintenance_target_next_expiry_timestamp_seconds${at(',target="days"')} 1767225600`,
    `es_steward_maintenance_planned_deletions${at()} 5`,
    `es_steward_maintenance_last_success_timestamp_seconds${at()} 1767225600`,
    `es_steward_maintenance_consecutive_failures${at()} 2`,
    `es_steward_maintenance_approval_required${at()} 0`,
    `es_steward_maintenance_kept${at(',reason="Young"')} 4`,
    `es_steward_maintenance_policy_suspended${at()} 0`,
  ]);
  expect(lines).toContain('es_steward_maintenance_policy_suspended{namespace="ns",name="idle"} 1');
  policies = [];
  expect(await linesOf(registry)).toEqual([]);
});
