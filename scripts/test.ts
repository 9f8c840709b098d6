import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryRoot } from './environment/cache.ts';
import { provideHelm } from './environment/helm-recipe.ts';
import { provisionControlPlane, provisionElasticsearch, provisionKubectl } from './environment/provision.ts';
import { provideTestTools } from './environment/test-tools.ts';
import { discardOrphans } from './environment/throw-away.ts';
import { chosenElasticsearch, chosenKubernetes } from './environment/versions.ts';
import { both, closingLines, nothing, outcomeOf, type Outcome } from './test-report.ts';

async function runProject(project: string, folder: string, args: readonly string[]): Promise<Outcome> {
  const report = join(folder, `${project}.json`);
  const vitest = join(repositoryRoot, 'node_modules/vitest/vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const child = spawn(
    process.execPath,
    [vitest, 'run', `--project=${project}`, '--passWithNoTests', ...reporters, ...args],
    { cwd: repositoryRoot, stdio: 'inherit' },
  );
  const [code] = await once(child, 'close');
  const outcome = existsSync(report) ? outcomeOf(JSON.parse(readFileSync(report, 'utf8'))) : nothing;
  // A set-up that fails or an error outside of a test leaves no failed test behind, and is a failure all the same.
  return code === 0 || outcome.failed > 0 ? outcome : { ...outcome, failed: 1 };
}

/** Provisions before the first test, so that what takes minutes shows its progress and no test waits for it. */
async function provision(): Promise<void> {
  await provideHelm();
  await provisionKubectl(chosenKubernetes());
  if (!process.env['ELASTICSEARCH_URL']) await provisionElasticsearch(chosenElasticsearch());
  if (!process.env['KUBECONFIG']) await provisionControlPlane(chosenKubernetes());
  await provideTestTools();
}

let isInterrupted = false;

async function runAll(args: readonly string[]): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'es-steward-test-'));
  try {
    await provision();
    // From here on an interrupt also reaches vitest, which then ends; this script stays to clear what it started.
    process.on('SIGINT', () => {
      isInterrupted = true;
    });
    const unit = await runProject('unit', folder, args);
    const integration = isInterrupted ? nothing : await runProject('integration', folder, args);
    return both(unit, integration);
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await discardOrphans();
  }
}

const outcome = await runAll(process.argv.slice(2));
process.exitCode = isInterrupted ? 130 : outcome.failed > 0 || outcome.passed === 0 ? 1 : 0;
for (const line of closingLines(outcome)) console.log(line);
