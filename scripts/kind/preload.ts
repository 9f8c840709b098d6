import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from '../environment/command.ts';
import type { Docker } from './docker.ts';

const startLimitMs = 30_000;

/** Puts images of Docker into the store of the containerd of a node, whose root is `root`. */
export async function preload(docker: Docker, images: readonly string[], root: string): Promise<void> {
  // Not in the cache: paths of sockets are short.
  const folder = mkdtempSync(join(tmpdir(), 'es-steward-'));
  const socket = join(folder, 'containerd.sock');
  const config = join(folder, 'containerd.toml');
  writeFileSync(config, 'version = 2\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\n');
  const store = join(root, 'var/lib/containerd');
  mkdirSync(store, { recursive: true });
  const flags = ['--config', config, '--root', store, '--state', join(folder, 'state'), '--address', socket];
  const containerd = spawn('containerd', flags, { stdio: 'ignore' });
  const ended = once(containerd, 'close');
  try {
    await untilItAnswers(socket);
    await importInto(docker, images, join(folder, 'images.tar'), socket);
  } finally {
    containerd.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true });
  }
}

async function untilItAnswers(socket: string): Promise<void> {
  const started = performance.now();
  for (;;) {
    const answer = await run('ctr', ['--address', socket, 'version']).catch((error: unknown) => error);
    if (typeof answer === 'string') return;
    if (performance.now() - started > startLimitMs)
      throw new Error('containerd did not start, to fill the store of the node.', { cause: answer });
    await sleep(200);
  }
}

async function importInto(
  { docker }: Docker,
  images: readonly string[],
  archive: string,
  socket: string,
): Promise<void> {
  await docker(['save', '--output', archive, ...images]);
  const ctr = ['--address', socket, '--namespace', 'k8s.io', 'images', 'import', '--no-unpack', archive];
  await run('ctr', ctr);
}
