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
