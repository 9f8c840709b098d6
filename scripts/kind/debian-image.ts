import { rmSync } from 'node:fs';
import { run } from '../environment/command.ts';
import { withProgress } from '../environment/progress.ts';
import type { Docker } from './docker.ts';
import { freshFolder, hasImage, imageName } from './image.ts';

const suite = 'bookworm';

/** What a node of kind runs beside Kubernetes itself, and what the image of the build needs to reach registries. */
const packages = [
  'systemd',
  'dbus',
  'conntrack',
  'iptables',
  'nftables',
  'iproute2',
  'ethtool',
  'kmod',
  'bash',
  'ca-certificates',
  'curl',
  'jq',
  'procps',
  'runc',
  'containerd',
  'containernetworking-plugins',
  'hostname',
  'login',
];

/** A Debian of its packages, as the base of all other images. */
export async function provideDebian(docker: Docker): Promise<string> {
  const image = imageName('debian', { suite, packages });
  if (await hasImage(docker, image)) return image;
  await withProgress(`Making an image of Debian ${suite} from its packages`, async (report) => {
    const root = await freshFolder('debian');
    await run('debootstrap', ['--variant=minbase', `--include=${packages.join(',')}`, suite, root], {
      onErrorLine: report,
    });
    report('importing it');
    // The lists and packages that it came from are half of its size.
    const without = ['--exclude=./var/cache/apt/archives/*.deb', '--exclude=./var/lib/apt/lists/*'];
    await run('sh', ['-c', 'tar -C "$0" "$@" -c . | docker import - "$IMAGE"', root, ...without], {
      env: { ...docker.env, IMAGE: image },
    });
    rmSync(root, { recursive: true });
  });
  return image;
}
