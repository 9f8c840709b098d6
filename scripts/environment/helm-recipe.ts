import { type GoProgram, provideGoProgram } from './go-program.ts';
import { findOnPath } from './toolchain.ts';
import { helmVersion } from './versions.ts';

const helmProgram: GoProgram = {
  name: 'helm',
  module: 'helm.sh/helm/v4',
  version: helmVersion,
  package: 'helm.sh/helm/v4/cmd/helm',
  stamps: { 'helm.sh/helm/v4/internal/version.version': helmVersion },
};

/** The helm of `PATH`, else one that is built into the cache. */
export async function provideHelm(): Promise<string> {
  return findOnPath('helm') ?? (await provideGoProgram(helmProgram, '1 to 4 minutes'));
}
