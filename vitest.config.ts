import { defineConfig } from 'vitest/config';
import { laneCount } from './test/support/lanes.ts';
import { LongestFirst } from './test/support/longest-first.ts';

// Three projects: `unit` lies beside the code and needs nothing; `integration` has lanes, each with a real API server and
// a real Elasticsearch of its own, started by the global set-up. The files of a lane take turns: some start an operator,
// which would work on the resources of all others too. `e2e` tests what `npm run e2e` has installed.
export default defineConfig({
  test: {
    // At the end of the integration tests all that was told is looked through, and servers are ended.
    teardownTimeout: 60_000,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'scripts/**/*.test.ts', 'test/support/**/*.test.ts'],
          // They share no state: one import of each module for all of them halves what they cost.
          isolate: false,
          // Properties over 100,000 cases, on whatever machine: how long they take says nothing about the code.
          testTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          globalSetup: ['test/support/global-setup.ts'],
          maxWorkers: laneCount(),
          sequence: { groupOrder: 1 },
          // Real servers on whatever machine checks a change: one starved moment there is no fault of the change.
          retry: process.env['CI'] ? 1 : 0,
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          // Every step stands on the one before.
          bail: 1,
          testTimeout: 600_000,
        },
      },
    ],
  },
});
