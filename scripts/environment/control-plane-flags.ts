import { join } from 'node:path';
import type { ControlPlane } from './control-plane.ts';
import type { ControlPlanePrograms } from './control-plane-recipe.ts';

export function etcdFlags({ folder, settings: { etcdPort, peerPort } }: ControlPlane): readonly string[] {
  const clients = `http://127.0.0.1:${etcdPort}`;
  const peers = `http://127.0.0.1:${peerPort}`;
  return [
    `--data-dir=${join(folder, 'etcd')}`,
    `--listen-client-urls=${clients}`,
    `--advertise-client-urls=${clients}`,
    `--listen-peer-urls=${peers}`,
    `--initial-advertise-peer-urls=${peers}`,
    `--initial-cluster=default=${peers}`,
    // A killed process loses nothing by it, only a crashed machine would; and every write is several times faster.
    '--unsafe-no-fsync',
  ];
}

export function apiServerFlags(
  { folder, settings }: ControlPlane,
  programs: ControlPlanePrograms,
): readonly string[] {
  return [
    `--etcd-servers=http://127.0.0.1:${settings.etcdPort}`,
    `--secure-port=${settings.apiPort}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    `--tls-cert-file=${join(folder, 'tls.crt')}`,
    `--tls-private-key-file=${join(folder, 'tls.key')}`,
    `--token-auth-file=${join(folder, 'tokens.csv')}`,
    '--authorization-mode=RBAC',
    '--service-cluster-ip-range=10.0.0.0/24',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${join(folder, 'accounts.pub')}`,
    `--service-account-signing-key-file=${join(folder, 'accounts.key')}`,
    '--endpoint-reconciler-type=none',
    // Without a controller manager nobody makes the account that this admission check demands of every Pod.
    ...(programs.controllerManager ? [] : ['--disable-admission-plugins=ServiceAccount']),
  ];
}

const controllers = [
  'namespace-controller',
  'garbage-collector-controller',
  'serviceaccount-controller',
  'root-ca-certificate-publisher-controller',
  'deployment-controller',
  'replicaset-controller',
  'storage-version-migrator-controller',
];

export function controllerManagerFlags({ folder, kubeconfig }: ControlPlane): readonly string[] {
  return [
    `--kubeconfig=${kubeconfig}`,
    `--authentication-kubeconfig=${kubeconfig}`,
    `--authorization-kubeconfig=${kubeconfig}`,
    '--secure-port=0',
    '--leader-elect=false',
    `--service-account-private-key-file=${join(folder, 'accounts.key')}`,
    `--root-ca-file=${join(folder, 'ca.crt')}`,
    `--controllers=${controllers.join(',')}`,
  ];
}
