import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { kubernetesProgram } from '../environment/control-plane-recipe.ts';
import { type GoProgram, provideGoProgram } from '../environment/go-program.ts';

/** The version of kind, which is also the one whose node images are fetched where there is a registry. */
export const kindVersion = 'v0.33.0';

/** The CoreDNS that kubeadm of Kubernetes 1.36 asks for. */
const corednsVersion = 'v1.14.2';

function source(name: string): string {
  return readFileSync(join(import.meta.dirname, name), 'utf8');
}

/** kind itself. */
export function provideKind(): Promise<string> {
  const kind: GoProgram = {
    name: 'kind',
    module: 'sigs.k8s.io/kind',
    version: kindVersion,
    mainGo: source('kind.go'),
    stamps: {},
  };
  return provideGoProgram(kind, 'half a minute');
}

/** All programs of a Kubernetes node in one file; the name that it is called by says which. */
export function provideNodeProgram(version: string): Promise<string> {
  return provideGoProgram(kubernetesProgram('node', version, source('node.go')), '3 to 12 minutes');
}

export function provideCoreDns(): Promise<string> {
  const coredns: GoProgram = {
    name: 'coredns',
    module: 'github.com/coredns/coredns',
    version: corednsVersion,
    mainGo: source('coredns.go'),
    stamps: {},
  };
  return provideGoProgram(coredns, '1 to 4 minutes');
}
