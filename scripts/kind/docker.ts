import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { cacheRoot, isRoot } from '../environment/cache.ts';
import { type CommandOptions, run } from '../environment/command.ts';
import { say } from '../environment/progress.ts';
import { findOnPath } from '../environment/toolchain.ts';
import { startDaemon, stopDaemon, socketOfDaemon } from './docker-daemon.ts';
import { installPackages } from './packages.ts';

/** A Docker that answers. */
export type Docker = {
  /** The environment in which `docker`, and kind with it, reach it. */
  readonly env: NodeJS.ProcessEnv;
  readonly docker: (
    args: readonly string[],
    options?: Pick<CommandOptions, 'onErrorLine'>,
  ) => Promise<string>;
};

/** The folder of what belongs to clusters in Docker. */
export function kindFolder(): string {
  return join(cacheRoot(), 'kind');
}

/** The user's Docker where it answers; else, for root, one of our own. */
export async function provideDocker(): Promise<Docker> {
  const given = dockerOf(process.env);
  if (await answers(given)) return given;
  if (!isRoot())
    throw new Error(
      'Docker does not answer (`docker info`). Start it, or set DOCKER_HOST. As root this script starts one of its own.',
    );
  await installPackages();
  // Where systemd is, the package has started Docker.
  if (await answers(given)) return given;
  mkdirSync(kindFolder(), { recursive: true });
  if (await startDaemon(kindFolder()))
    say(`Started a Docker of our own, for the time of this run. Its images stay in ${kindFolder()}.`);
  return ownDocker();
}

/** Ends the Docker that `provideDocker` started, if it did, and takes back what that did to the network. */
export async function stopDocker(): Promise<void> {
  await stopDaemon(kindFolder());
}

function ownDocker(): Docker {
  return dockerOf({
    ...process.env,
    DOCKER_HOST: socketOfDaemon,
    // The client may come without the plugin that speaks to the newer builder.
    DOCKER_BUILDKIT: '0',
  });
}

function dockerOf(env: NodeJS.ProcessEnv): Docker {
  return { env, docker: (args, options) => run('docker', args, { ...options, env }) };
}

async function answers({ docker }: Docker): Promise<boolean> {
  if (findOnPath('docker') === undefined) return false;
  try {
    await docker(['info']);
    return true;
  } catch {
    return false; // Whatever is wrong with it, it cannot be used; `docker info` tells whoever asks.
  }
}
