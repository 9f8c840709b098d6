import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Each takes a minute or more: what begins with one of these last has a lane wait for it. */
const LONGEST: readonly string[] = [
  'docs/demo',
  'reindex-request/crash',
  'reindex-request/undo',
  'reindex-request/nodes',
  'index-maintenance-policy/crash',
  'chart/installed',
  'reindex-request/rollback',
  'reindex-request/faults',
  'elasticsearch-connection/connection',
  'integration/environment',
];

const isLong = ({ moduleId }: TestSpecification): boolean =>
  LONGEST.some((name) => moduleId.endsWith(`${name}.test.ts`));

/** Where no earlier run tells how long a file takes, vitest goes by its size, which says little of tests on servers. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}
