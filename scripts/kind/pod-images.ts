import { copyFileSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Docker } from './docker.ts';
import { buildImage } from './image.ts';
import type { NodeParts } from './node-parts.ts';

/** The programs that the one file of a node stands for in the pods of the control plane. */
const servers = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kube-proxy'] as const;

/** What kube-proxy calls. */
const firewall = [
  'iptables',
  'iptables-save',
  'iptables-restore',
  'ip6tables',
  'ip6tables-save',
  'ip6tables-restore',
  'nft',
  'conntrack',
  'modprobe',
];

/**
 * An image of nothing but some programs of Debian and what they load: a whole Debian would be unpacked by the node before
 * its first pod starts, which takes a minute on a busy machine.
 */
function parts(debian: string, programs: readonly string[]): string {
  return `FROM ${debian} AS parts
RUN mkdir /parts && for name in ${programs.join(' ')}; do \\
      file=$(command -v $name) && cp -L --parents $file $(ldd $file | grep -o '/[^ ]*') /parts; \\
    done && cp -r --parents /usr/lib/*/xtables /parts
FROM scratch
`;
}

type Recipe = {
  readonly dockerfile: string;
  readonly fill: (context: string) => void;
};

/** Makes every image under the name by which kubeadm asks for it. */
export async function makePodImages(
  docker: Docker,
  parts: NodeParts,
  names: readonly string[],
): Promise<void> {
  for (const name of names) {
    const { dockerfile, fill } = recipeOf(name, parts);
    await buildImage(docker, name, dockerfile, fill);
  }
}

function recipeOf(name: string, { debian, node, coredns, etcd }: NodeParts): Recipe {
  const program = /\/([a-z-]+):/.exec(name)?.[1] ?? '';
  switch (program) {
    case 'coredns':
      return single('scratch', coredns, '/coredns');
    case 'etcd':
      return single('scratch', etcd, '/usr/local/bin/etcd');
    case 'pause':
      // It holds the network of a pod and does nothing: any program that waits will do.
      return {
        dockerfile: `${parts(debian, ['sleep'])}COPY --from=parts /parts/ /\nENTRYPOINT ["/usr/bin/sleep", "infinity"]\n`,
        fill: () => {},
      };
    case 'kube-proxy':
      return ofServers(node, parts(debian, firewall), 'COPY --from=parts /parts/ /\n');
    default:
      return ofServers(node, 'FROM scratch\n', '');
  }
}

function single(base: string, file: string, path: string): Recipe {
  return {
    dockerfile: `FROM ${base}\nCOPY program ${path}\nENV PATH=/usr/local/bin\nENTRYPOINT ["${path}"]\n`,
    fill: (context) => copyFileSync(file, join(context, 'program')),
  };
}

/** All servers in each image: the layers are the same, and are stored once. */
function ofServers(node: string, head: string, tail: string): Recipe {
  return {
    dockerfile: `${head}COPY bin/ /usr/local/bin/\n${tail}ENV PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n`,
    fill: (context) => {
      const bin = join(context, 'bin');
      mkdirSync(bin);
      const [first, ...others] = servers;
      copyFileSync(node, join(bin, first));
      for (const name of others) symlinkSync(first, join(bin, name));
    },
  };
}
