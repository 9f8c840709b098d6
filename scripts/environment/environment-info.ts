/** A Kubernetes API server and how to reach it. The process number is known only for one that was started here. */
export type KubernetesInfo = {
  readonly kubeconfig: string;
  readonly kubernetesVersion: string;
  readonly apiServer: { readonly url: string; readonly pid?: number };
};

/** An Elasticsearch and how to reach it. */
export type ElasticsearchInfo = {
  readonly url: string;
  readonly version: string;
  readonly username?: string;
  readonly password?: string;
  /** PEM file of the authority that signed its certificate. */
  readonly caFile?: string;
  /** Where the repository `backups` lies; sub-folders may serve as repositories of their own. */
  readonly repositoryPath?: string;
  /** The JVM that serves. Known only for ours. */
  readonly pid?: number;
};

/** Both servers, as `npm run -s env -- info` prints them. */
export type EnvironmentInfo = KubernetesInfo & { readonly elasticsearch: ElasticsearchInfo };

/** The variables that make every program of this project use these servers. */
export function variablesOf({
  kubeconfig,
  elasticsearch,
}: EnvironmentInfo): Readonly<Record<string, string>> {
  const { url, username, password, caFile, repositoryPath } = elasticsearch;
  return {
    KUBECONFIG: kubeconfig,
    ELASTICSEARCH_URL: url,
    ...(username !== undefined && { ELASTICSEARCH_USERNAME: username }),
    ...(password !== undefined && { ELASTICSEARCH_PASSWORD: password }),
    ...(caFile !== undefined && { ELASTICSEARCH_CA: caFile }),
    ...(repositoryPath !== undefined && { ELASTICSEARCH_REPOSITORY_PATH: repositoryPath }),
  };
}
