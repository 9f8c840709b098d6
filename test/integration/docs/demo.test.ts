import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repositoryRoot } from '../../../scripts/environment/cache.ts';
import { run } from '../../../scripts/environment/command.ts';
import { variablesOf } from '../../../scripts/environment/environment-info.ts';
import { environment } from '../../support/environment.ts';

/** The demo on the servers of this test run, as `npm run demo` runs it on given ones. */
function demo(...args: readonly string[]): Promise<string> {
  const env = { ...process.env, ...variablesOf(environment()), ES_STEWARD_ENVIRONMENT: 'test' };
  return run(process.execPath, [join(repositoryRoot, 'scripts/demo/main.ts'), ...args], { env });
}

describe('the demo', () => {
  it('ends well, twice in a row, and leaves nothing once it is told to', { timeout: 600_000 }, async () => {
    // It fails by its exit code unless every check of the result holds.
    await demo();
    expect(await demo()).toContain('All of it is right.');
    await demo('--stop');
    await expect(fetch(`${environment().elasticsearch.url}/cities-v1,cities-v2`)).resolves.toMatchObject({
      status: 404,
    });
  });
});
