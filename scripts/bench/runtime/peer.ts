import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { binaryFolder, onceInto } from '../../environment/cache.ts';
import { buildGoProgram } from '../../environment/go-program.ts';

/** Builds the Go peer once into the cache and returns its path. */
export async function buildPeer(say: (line: string) => void): Promise<string> {
  const program = {
    name: 'runtime-peer',
    module: 'sigs.k8s.io/controller-runtime',
    version: 'v0.24.1',
    mainGo: readFileSync(join(import.meta.dirname, 'peer.go'), 'utf8'),
    stamps: {},
  };
  const folder = binaryFolder(program.name, program.version, program);
  await onceInto(folder, () => buildGoProgram(program, folder, (state) => say(`peer: ${state}`)));
  return join(folder, program.name);
}
