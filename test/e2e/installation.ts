import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@elastic/elasticsearch';
import type { z } from 'zod';
import { connect } from '../../scripts/demo/servers.ts';
import { repositoryRoot } from '../../scripts/environment/cache.ts';
import { run } from '../../scripts/environment/command.ts';
import { say } from '../../scripts/environment/progress.ts';
import { readStage, type Stage } from '../../scripts/e2e/stage.ts';

/** Where the test lives in the cluster; the namespace enforces the strictest level of Pod Security. */
export const namespace = 'es-steward';
export const release = 'es-steward';

/** The cluster as a person has it at hand: `kubectl`, `helm`, `docker`, and a client of Elasticsearch. */
export type Installation = {
  readonly stage: Stage;
  readonly elasticsearch: Client;
  readonly kubectl: (...args: readonly string[]) => Promise<string>;
  /** An answer of `kubectl get -o json`. */
  readonly read: <S extends z.ZodType>(schema: S, ...args: readonly string[]) => Promise<z.output<S>>;
  /** `kubectl apply` of YAML, with more flags. */
  readonly apply: (yaml: string, ...flags: readonly string[]) => Promise<string>;
  /** `helm install` or `upgrade` of the chart of this checkout; more `--set` values lie over the usual ones. */
  readonly helm: (command: 'install' | 'upgrade', ...values: readonly string[]) => Promise<string>;
  readonly uninstall: () => Promise<string>;
  /** A command inside of the node. */
  readonly onNode: (...command: readonly string[]) => Promise<string>;
  readonly docker: (...args: readonly string[]) => Promise<string>;
};

/** Commands are shown as they run: whoever watches sees what a user would type. */
export function openInstallation(): Installation {
  const stage = readStage();
  const { kubeconfig, programs, dockerHost } = stage;
  const env = {
    ...process.env,
    KUBECONFIG: kubeconfig,
    ...(dockerHost !== undefined && { DOCKER_HOST: dockerHost }),
  };
  const kubectl: Installation['kubectl'] = (...args) =>
    run(programs.kubectl, ['--namespace', namespace, ...args], { env });
  const docker: Installation['docker'] = (...args) => run('docker', args, { env });
  return {
    stage,
    elasticsearch: connect(stage.elasticsearch),
    kubectl,
    docker,
    read: async (schema, ...args) => schema.parse(JSON.parse(await kubectl('get', ...args, '-o', 'json'))),
    apply: (yaml, ...flags) =>
      withFile(yaml, (file) => shown('apply', kubectl('apply', '--filename', file, ...flags))),
    helm: (command, ...values) => {
      const sets = [...usualValues(stage), ...values].flatMap((value) => ['--set', value]);
      const chart = join(repositoryRoot, 'deploy/helm/es-steward');
      const flags = ['--namespace', namespace, '--wait', '--timeout', '180s', ...sets];
      say(
        `  $ helm ${command} ${release} deploy/helm/es-steward ${values.map((v) => `--set ${v}`).join(' ')}`,
      );
      return run(programs.helm, [command, release, chart, ...flags], { env });
    },
    uninstall: () => run(programs.helm, ['uninstall', release, '--namespace', namespace, '--wait'], { env }),
    onNode: (...command) => docker('exec', stage.nodeContainer, ...command),
  };
}

/** What a user has to say: where the image is, and which port Elasticsearch has when it is not 9200. */
function usualValues({ image, elasticsearchForPods }: Stage): readonly string[] {
  const [repository = '', tag = ''] = image.split(':');
  return [
    `image.repository=${repository}`,
    `image.tag=${tag}`,
    `networkPolicy.elasticsearch.ports={${new URL(elasticsearchForPods).port}}`,
  ];
}

async function withFile<T>(content: string, use: (file: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'es-steward-e2e-'));
  try {
    const file = join(folder, 'manifests.yaml');
    writeFileSync(file, content, { mode: 0o600 });
    return await use(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function shown(command: string, output: Promise<string>): Promise<string> {
  const text = await output;
  say(`  $ kubectl ${command}\n${text.trimEnd().replaceAll(/^/gm, '    ')}`);
  return text;
}
