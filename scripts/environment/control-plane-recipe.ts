import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type GoProgram, provideGoProgram } from './go-program.ts';
import { findOnPath } from './toolchain.ts';
import { etcdVersion } from './versions.ts';

/** Commands that start the parts of a control plane; the arguments come first, flags follow. */
export type ControlPlanePrograms = {
  readonly etcd: readonly [string, ...string[]];
  readonly apiServer: readonly [string, ...string[]];
  /** Absent in `KUBEBUILDER_ASSETS`: then nothing collects garbage or ends namespaces. */
  readonly controllerManager?: readonly [string, ...string[]];
};

const kubernetesMain = `// One binary for the servers of a test control plane: the first argument names the server.
package main

import (
	"fmt"
	"os"
	_ "time/tzdata"

	"github.com/spf13/cobra"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllers "k8s.io/kubernetes/cmd/kube-controller-manager/app"
)

func main() {
	servers := map[string]func() *cobra.Command{
		"kube-apiserver":          apiserver.NewAPIServerCommand,
		"kube-controller-manager": controllers.NewControllerManagerCommand,
	}
	if len(os.Args) > 1 {
		if server, known := servers[os.Args[1]]; known {
			os.Args = os.Args[1:]
			os.Exit(cli.Run(server()))
		}
	}
	fmt.Fprintln(os.Stderr, "usage: kubernetes kube-apiserver|kube-controller-manager [flags]")
	os.Exit(2)
}
`;

const etcdMain = `package main

import (
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
)

func main() { etcdmain.Main(os.Args) }
`;

const kubectlMain = `package main

import (
	"k8s.io/component-base/cli"
	"k8s.io/kubectl/pkg/cmd"
	"k8s.io/kubectl/pkg/cmd/util"
	_ "k8s.io/kubernetes/pkg/version/verflag"
)

func main() {
	if err := cli.RunNoErrOutput(cmd.NewDefaultKubectlCommand()); err != nil {
		util.CheckErr(err)
	}
}
`;

function kubernetesStamps(version: string): GoProgram['stamps'] {
  const [major = '', minor = ''] = version.replace(/^v/, '').split('.');
  const packagePath = 'k8s.io/component-base/version';
  return {
    [`${packagePath}.gitVersion`]: version,
    [`${packagePath}.gitMajor`]: major,
    [`${packagePath}.gitMinor`]: minor,
    [`${packagePath}.gitTreeState`]: 'archive',
    [`${packagePath}.buildDate`]: '1970-01-01T00:00:00Z',
  };
}

/** A program of Kubernetes itself, which knows its version. */
export function kubernetesProgram(name: string, version: string, mainGo: string): GoProgram {
  return { name, module: 'k8s.io/kubernetes', version, mainGo, stamps: kubernetesStamps(version) };
}

const etcdProgram: GoProgram = {
  name: 'etcd',
  module: 'go.etcd.io/etcd/server/v3',
  version: etcdVersion,
  mainGo: etcdMain,
  stamps: { 'go.etcd.io/etcd/api/v3/version.GitSHA': 'module' },
};

/** The programs of a control plane: those of `KUBEBUILDER_ASSETS` where given, else built into the cache. */
export async function provideControlPlane(
  version: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<ControlPlanePrograms> {
  const assets = env['KUBEBUILDER_ASSETS'];
  if (assets) return givenPrograms(assets);
  const etcd = await provideGoProgram(etcdProgram, '1 to 2 minutes');
  const kubernetes = await provideGoProgram(
    kubernetesProgram('kubernetes', version, kubernetesMain),
    '3 to 10 minutes',
  );
  return {
    etcd: [etcd],
    apiServer: [kubernetes, 'kube-apiserver'],
    controllerManager: [kubernetes, 'kube-controller-manager'],
  };
}

/** The folder convention of envtest: `kube-apiserver` and `etcd` side by side. */
function givenPrograms(assets: string): ControlPlanePrograms {
  const [etcd, apiServer, controllers] = ['etcd', 'kube-apiserver', 'kube-controller-manager'].map((name) =>
    join(assets, name),
  );
  for (const file of [etcd, apiServer]) {
    if (file && existsSync(file)) continue;
    throw new Error(
      `KUBEBUILDER_ASSETS=${assets} holds no ${file}. Point it at a folder of envtest, or unset it.`,
    );
  }
  return {
    etcd: [etcd ?? ''],
    apiServer: [apiServer ?? ''],
    ...(controllers && existsSync(controllers) && { controllerManager: [controllers] as const }),
  };
}

/** The kubectl of `PATH`, else one that is built into the cache. */
export async function provideKubectl(version: string): Promise<string> {
  return (
    findOnPath('kubectl') ??
    (await provideGoProgram(kubernetesProgram('kubectl', version, kubectlMain), '1 to 3 minutes'))
  );
}
