import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from './cache.ts';
import { type GoProgram, provideGoProgram } from './go-program.ts';

/** Checks and tests rules of Prometheus. Without its service discoveries, which are most of it. */
const promtool: GoProgram = {
  name: 'promtool',
  module: 'github.com/prometheus/prometheus',
  version: 'v0.315.1',
  package: 'github.com/prometheus/prometheus/cmd/promtool',
  tags: ['netgo', 'remove_all_sd'],
  stamps: {},
};

export const providePromtool = (): Promise<string> => provideGoProgram(promtool, '2 to 4 minutes');

/** What kstatus says of objects: the library by which Flux and Helm wait. */
const kstatus: GoProgram = {
  name: 'kstatus',
  module: 'sigs.k8s.io/cli-utils',
  version: 'v0.37.2',
  mainGo: sourceOf('kstatus'),
  stamps: {},
};

/** Runs a health.lua in the interpreter of Argo CD. */
const healthLua: GoProgram = {
  name: 'health-lua',
  module: 'github.com/yuin/gopher-lua',
  version: 'v1.1.2',
  mainGo: sourceOf('health-lua'),
  stamps: {},
};

export const provideKstatus = (): Promise<string> => provideGoProgram(kstatus, '1 to 2 minutes');

export const provideHealthLua = (): Promise<string> => provideGoProgram(healthLua, '10 seconds');

export async function provideTestTools(): Promise<void> {
  for (const provide of [providePromtool, provideKstatus, provideHealthLua]) await provide();
}

function sourceOf(tool: string): string {
  return readFileSync(join(repositoryRoot, 'test', 'tools', tool, 'main.go'), 'utf8');
}
