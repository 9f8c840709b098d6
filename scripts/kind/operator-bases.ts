import { copyFileSync, cpSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { provideDebian } from './debian-image.ts';
import { say } from '../environment/progress.ts';
import type { Docker } from './docker.ts';
import { buildImage, hasImage, imageName } from './image.ts';

/** The images that the Dockerfile of the operator starts from, by its build arguments. */
export type OperatorBases = { readonly BUILDER: string; readonly BASE: string };

/** What the Dockerfile names itself. */
const published: OperatorBases = {
  BUILDER: 'node:24-bookworm-slim',
  BASE: 'gcr.io/distroless/nodejs24-debian12:nonroot',
};

/** A stand-in for `node:24`: Debian with this very Node, this very npm, and the authorities that this machine trusts. */
const builder = `COPY node /usr/local/bin/node
COPY npm /usr/local/lib/node_modules/npm
COPY authorities.crt /etc/ssl/authorities.crt
ENV NODE_EXTRA_CA_CERTS=/etc/ssl/authorities.crt
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
`;

/** A stand-in for distroless: Node, the libraries that it loads, authorities, and nothing else; no shell in particular. */
const base = ` AS parts
COPY node /nodejs/bin/node
RUN mkdir -p /image/tmp /image/etc /image/home/nonroot && chmod 1777 /image/tmp && chown 65532:65532 /image/home/nonroot \\
 && cp -L --parents $(ldd /nodejs/bin/node | grep -o '/[^ ]*') /image \\
 && cp --parents /nodejs/bin/node /etc/ssl/certs/ca-certificates.crt /image \\
 && printf 'root:x:0:0:root:/root:/sbin/nologin\\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\\n' > /image/etc/passwd
FROM scratch
COPY --from=parts /image/ /
`;

/** The published ones, fetched unless they are here; nothing where no registry can be reached. */
export async function fetchOperatorBases(docker: Docker): Promise<OperatorBases | undefined> {
  try {
    for (const image of Object.values(published)) {
      if (!(await hasImage(docker, image))) await docker.docker(['pull', '--quiet', image]);
    }
    return published;
  } catch (error) {
    // A registry that is down, a proxy that refuses, a machine without network: all the same to what follows.
    say(`No image can be fetched: ${lastLine(error)}`);
    return undefined;
  }
}

function lastLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).trim().split('\n').at(-1) ?? '';
}

/** A company often looks into TLS with an authority of its own: registries are reached with what this machine trusts. */
const authorities = process.env['NODE_EXTRA_CA_CERTS'] ?? '/etc/ssl/certs/ca-certificates.crt';

/** Makes both from Debian's packages, the Node that runs this, and the npm that started it. */
export async function provideOperatorBases(docker: Docker): Promise<OperatorBases> {
  const debian = await provideDebian(docker);
  const node = process.version;
  const npm = npmFolder();
  const names = {
    BUILDER: imageName('builder', {
      debian,
      builder,
      node,
      npm: npmVersion(npm),
      trusted: readFileSync(authorities, 'utf8'),
    }),
    BASE: imageName('nodejs', { debian, base, node }),
  };
  if (!(await hasImage(docker, names.BUILDER)))
    await buildImage(docker, names.BUILDER, `FROM ${debian}\n${builder}`, (context) => {
      copyFileSync(process.execPath, join(context, 'node'));
      copyFileSync(authorities, join(context, 'authorities.crt'));
      cpSync(npm, join(context, 'npm'), { recursive: true, dereference: true });
    });
  if (!(await hasImage(docker, names.BASE)))
    await buildImage(docker, names.BASE, `FROM ${debian}${base}`, (context) =>
      copyFileSync(process.execPath, join(context, 'node')),
    );
  return names;
}

/** `npm run` says which npm it is. */
function npmFolder(): string {
  const cli = process.env['npm_execpath'];
  if (cli === undefined) throw new Error('Start this with `npm run e2e`: it takes the npm that started it.');
  return dirname(dirname(cli));
}

function npmVersion(folder: string): string {
  return readFileSync(join(folder, 'package.json'), 'utf8');
}
