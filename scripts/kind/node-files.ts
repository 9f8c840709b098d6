import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { run } from '../environment/command.ts';
import { findGo } from '../environment/toolchain.ts';
import type { NodeParts } from './node-parts.ts';
import { kindVersion } from './programs.ts';

/** The image of a node from a folder with its files; what it does to systemd is what kind's own image does. */
export function nodeDockerfile(debian: string): string {
  return `FROM ${debian}
COPY . /
RUN rm -f /Dockerfile /lib/systemd/system/multi-user.target.wants/* /etc/systemd/system/*.wants/* \\
      /lib/systemd/system/local-fs.target.wants/* /lib/systemd/system/sockets.target.wants/*udev* \\
      /lib/systemd/system/sockets.target.wants/*initctl* /lib/systemd/system/basic.target.wants/* \\
      /lib/systemd/system/sysinit.target.wants/systemd-tmpfiles-setup.service \\
 && echo ReadKMsg=no >> /etc/systemd/journald.conf && ln -sf /usr/lib/systemd/systemd /sbin/init \\
 && systemctl enable kubelet.service containerd.service undo-mount-hacks.service \\
 && systemctl mask systemd-binfmt.service
ENV container=docker
STOPSIGNAL SIGRTMIN+3
ENTRYPOINT ["/usr/local/bin/entrypoint", "/sbin/init"]
`;
}

/** Writes the root of a node: kind's own files, with what differs where nothing comes from a registry. */
export async function writeNodeFiles(
  root: string,
  { version, parts, pause }: { readonly version: string; readonly parts: NodeParts; readonly pause: string },
): Promise<void> {
  cpSync(await kindFiles(), root, { recursive: true });
  makeWritable(root);
  for (const folder of ['usr/local/bin', 'kind/bin']) makeExecutable(join(root, folder));
  copyPrograms(root, parts.node);
  write(root, 'kind/version', version);
  configureContainerd(root, pause);
  const spec = await run('ctr', ['oci', 'spec']);
  write(root, 'etc/containerd/cri-base.json', JSON.stringify(baseSpec(JSON.parse(spec))));
  mkdirSync(join(root, 'etc/kubernetes/manifests'), { recursive: true });
  for (const [path, content] of Object.entries(files)) write(root, path, content);
  // kind only asks it whether an image is there, and loads one that it says is not.
  write(root, 'usr/local/bin/crictl', '#!/bin/sh\nexit 1\n');
  chmodSync(join(root, 'usr/local/bin/crictl'), 0o755);
}

/** They come with kind's module. */
async function kindFiles(): Promise<string> {
  const module = `sigs.k8s.io/kind@${kindVersion}`;
  const answer = await run(await findGo(), ['mod', 'download', '-json', module]);
  const { Dir } = z.object({ Dir: z.string() }).parse(JSON.parse(answer));
  return join(Dir, 'images/base/files');
}

/** The cache of Go's modules is read-only, and so are copies of it. */
function makeWritable(path: string): void {
  chmodSync(path, 0o755);
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.isDirectory()) makeWritable(join(path, entry.name));
    else if (entry.isFile()) chmodSync(join(path, entry.name), 0o644);
  }
}

function makeExecutable(folder: string): void {
  for (const name of readdirSync(folder)) chmodSync(join(folder, name), 0o755);
}

function copyPrograms(root: string, node: string): void {
  const bin = join(root, 'usr/bin');
  mkdirSync(bin, { recursive: true });
  copyFileSync(node, join(bin, 'kubelet'));
  for (const name of ['kubeadm', 'kubectl']) symlinkSync('kubelet', join(bin, name));
  mkdirSync(join(root, 'opt/cni'), { recursive: true });
  symlinkSync('/usr/lib/cni', join(root, 'opt/cni/bin'));
}

function configureContainerd(root: string, pause: string): void {
  edit(root, 'etc/systemd/system/containerd.service', [['/usr/local/bin/containerd', '/usr/bin/containerd']]);
  edit(root, 'etc/containerd/config.toml', [
    [/sandbox_image = .*/, `sandbox_image = "${pause}"`],
    // Without CAP_SYS_RESOURCE nobody may ask to be spared when memory runs out.
    ['restrict_oom_score_adj = false', 'restrict_oom_score_adj = true'],
  ]);
}

const specSchema = z.looseObject({ process: z.looseObject({ rlimits: z.unknown() }) });

/** What every container begins with: as kind does it, and without limits that only CAP_SYS_RESOURCE could raise. */
function baseSpec(text: unknown): unknown {
  const { process: container, ...spec } = specSchema.parse(text);
  const { rlimits: _, ...withoutLimits } = container;
  const hooks = { createContainer: [{ path: '/kind/bin/mount-product-files.sh' }] };
  return { ...spec, process: withoutLimits, hooks };
}

const network = {
  cniVersion: '0.3.1',
  name: 'pods',
  plugins: [
    {
      type: 'ptp',
      ipMasq: true,
      mtu: 1500,
      ipam: {
        type: 'host-local',
        dataDir: '/run/cni-ipam',
        ranges: [[{ subnet: '10.244.0.0/24' }]],
        routes: [{ dst: '0.0.0.0/0' }],
      },
    },
    { type: 'portmap', capabilities: { portMappings: true } },
  ],
};

const files = {
  // kind's own network plugin is no part of its module; one node needs no more than this.
  'etc/cni/net.d/10-pods.conflist': JSON.stringify(network),
  'kind/manifests/default-cni.yaml':
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: pod-network-is-static, namespace: kube-system}\n',
  // Kubernetes 1.35 and newer refuse the first version of control groups unless told otherwise.
  'kind/kubelet.d/10-cgroup-v1.conf':
    'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nfailCgroupV1: false\n',
  'etc/default/kubelet':
    'KUBELET_EXTRA_ARGS=--runtime-cgroups=/system.slice/containerd.service --config-dir=/kind/kubelet.d\n',
};

function write(root: string, path: string, content: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

function edit(root: string, path: string, changes: readonly (readonly [string | RegExp, string])[]): void {
  const file = join(root, path);
  const before = readFileSync(file, 'utf8');
  const after = changes.reduce((text, [from, to]) => {
    if (text.search(from) < 0) throw new Error(`${path} of kind ${kindVersion} has no ${String(from)}.`);
    return text.replace(from, to);
  }, before);
  writeFileSync(file, after);
}
