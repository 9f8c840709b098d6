import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { z } from 'zod';
import { issueServerIdentity } from './certificates.ts';
import { apiServerFlags, controllerManagerFlags, etcdFlags } from './control-plane-flags.ts';
import type { ControlPlanePrograms } from './control-plane-recipe.ts';
import { freePorts, requireFree } from './ports.ts';
import { type Launch, runningPid, type ServerProcess, startDetached } from './processes.ts';
import { ask, type Endpoint, untilReady } from './server-request.ts';
import { rememberedSettings, writeWhole } from './settings-file.ts';

const startLimitSeconds = 120;

const settingsSchema = z.object({
  apiPort: z.number(),
  etcdPort: z.number(),
  peerPort: z.number(),
  adminToken: z.string(),
});

export type ControlPlane = {
  readonly folder: string;
  readonly kubeconfig: string;
  readonly endpoint: Endpoint;
  readonly settings: z.infer<typeof settingsSchema>;
};

/** Makes the folder of a control plane ready: ports, keys, certificates, kubeconfig. Keeps what is there. */
export async function prepareControlPlane(folder: string): Promise<ControlPlane> {
  mkdirSync(folder, { recursive: true });
  const settings = await rememberedSettings(folder, settingsSchema, newSettings);
  const plane = describeControlPlane(folder, settings);
  if (!existsSync(plane.kubeconfig)) writeCredentials(plane);
  return plane;
}

async function newSettings(): Promise<ControlPlane['settings']> {
  const [apiPort = 0, etcdPort = 0, peerPort = 0] = await freePorts(3);
  return { apiPort, etcdPort, peerPort, adminToken: randomBytes(16).toString('hex') };
}

function describeControlPlane(folder: string, settings: ControlPlane['settings']): ControlPlane {
  return {
    folder,
    settings,
    kubeconfig: join(folder, 'kubeconfig'),
    endpoint: {
      url: `https://127.0.0.1:${settings.apiPort}`,
      caFile: join(folder, 'ca.crt'),
      authorization: `Bearer ${settings.adminToken}`,
    },
  };
}

function writeCredentials({ folder, settings, endpoint, kubeconfig }: ControlPlane): void {
  const secret = (name: string, content: string): void =>
    writeFileSync(join(folder, name), content, { mode: 0o600 });
  const hosts = ['127.0.0.1', '10.0.0.1', 'localhost', 'kubernetes.default.svc', 'kubernetes.default'];
  const { authority, server } = issueServerIdentity('es-steward-control-plane', hosts, new Date());
  const accounts = generateKeyPairSync('rsa', { modulusLength: 2048 });
  secret('ca.crt', authority);
  secret('tls.crt', server.certificate);
  secret('tls.key', server.key);
  secret('accounts.key', accounts.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString());
  secret('accounts.pub', accounts.publicKey.export({ type: 'spki', format: 'pem' }).toString());
  secret('tokens.csv', `${settings.adminToken},admin,admin,system:masters\n`);
  writeWhole(kubeconfig, adminKubeconfig(endpoint, settings.adminToken)); // Last: it stands for all of them.
}

function adminKubeconfig({ url, caFile }: Endpoint, token: string): string {
  const name = 'es-steward';
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server: url, 'certificate-authority': caFile } }],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  });
}

/** The parts of a control plane, in the order in which they need each other. */
export const controlPlaneParts = ['etcd', 'kube-apiserver', 'kube-controller-manager'] as const;

export type ControlPlanePart = (typeof controlPlaneParts)[number];

/** Starts whatever part of the control plane does not run, and waits until it answers. */
export async function startControlPlane(
  plane: ControlPlane,
  programs: ControlPlanePrograms,
  extraFlags: readonly string[] = [],
): Promise<void> {
  await startPart(plane, programs, 'etcd');
  await startPart(plane, programs, 'kube-apiserver', extraFlags);
  await untilApiServerReady(plane);
  // Last: a controller manager ends when it finds no API server at its start.
  if (programs.controllerManager) await startPart(plane, programs, 'kube-controller-manager');
}

/** Starts one part unless it runs, without waiting for it to be ready. `extraFlags` are for the API server. */
export async function startPart(
  plane: ControlPlane,
  programs: ControlPlanePrograms,
  part: ControlPlanePart,
  extraFlags: readonly string[] = [],
): Promise<void> {
  const server = partOf(plane, part);
  if ((await runningPid(server)) !== undefined) return;
  if (part === 'etcd') await requireFree(plane.settings.etcdPort, part);
  if (part === 'kube-apiserver') await requireFree(plane.settings.apiPort, part);
  await startDetached(server, { command: commandOf(plane, programs, part, extraFlags) });
}

export function partOf({ folder }: ControlPlane, part: ControlPlanePart): ServerProcess {
  return { folder, name: part };
}

export async function untilApiServerReady(plane: ControlPlane): Promise<void> {
  await untilReady(partOf(plane, 'kube-apiserver'), startLimitSeconds, async () => {
    const { status, body } = await ask(plane.endpoint, '/readyz');
    return status === 200 && body === 'ok';
  });
}

function commandOf(
  plane: ControlPlane,
  programs: ControlPlanePrograms,
  part: ControlPlanePart,
  extraFlags: readonly string[],
): Launch['command'] {
  if (part === 'etcd') return [...programs.etcd, ...etcdFlags(plane)];
  if (part === 'kube-apiserver') {
    return [...programs.apiServer, ...apiServerFlags(plane, programs), ...extraFlags];
  }
  if (!programs.controllerManager) throw new Error('KUBEBUILDER_ASSETS holds no kube-controller-manager.');
  return [...programs.controllerManager, ...controllerManagerFlags(plane)];
}
