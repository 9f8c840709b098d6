import { existsSync } from 'node:fs';
import { run } from '../environment/command.ts';
import { withProgress } from '../environment/progress.ts';
import { findOnPath } from '../environment/toolchain.ts';

/** Debian's packages that a Docker and a node image of one's own need, by a program or file that each brings. */
const packages: Readonly<Record<string, string>> = {
  'docker.io': 'dockerd',
  containerd: 'containerd',
  runc: 'runc',
  iptables: 'iptables',
  nftables: 'nft',
  debootstrap: 'debootstrap',
  iproute2: 'ip',
  jq: 'jq',
  'xz-utils': 'xz',
};

/** Programs of administrators, which not everybody has on the path. */
const searched = `${process.env['PATH'] ?? ''}:/usr/local/sbin:/usr/sbin:/sbin`;

function missingPackages(): readonly string[] {
  const entries = Object.entries(packages);
  return entries.filter(([, program]) => findOnPath(program, searched) === undefined).map(([name]) => name);
}

/** Makes sure that the packages are there: installs them where that is possible, else says which and how. */
export async function installPackages(): Promise<void> {
  const missing = missingPackages();
  if (missing.length === 0) return;
  const list = missing.join(' ');
  if (!existsSync('/usr/bin/apt-get'))
    throw new Error(
      `These programs are missing, by their names in Debian: ${list}. Install them, or Docker.`,
    );
  await withProgress(`Installing Debian's packages ${list} (they stay)`, async (report) => {
    report('reading the lists of packages');
    await apt('update', '-qq');
    report('installing');
    await apt('install', '-y', '-qq', '--no-install-recommends', ...missing);
  });
}

async function apt(...args: readonly string[]): Promise<void> {
  await run('apt-get', args, { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
}
