import { existsSync, readFileSync } from 'node:fs';
import { delimiter } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';

/** Where the API server is and how to show who we are, as it reads right now. */
export interface Login {
  readonly server: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: LoginTls;
  /** `proxy-url` of the cluster: http, https or socks5. */
  readonly proxy?: string;
}

export interface LoginTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
}

/** `fresh` drops everything remembered: the server has just refused what was shown. */
export type Credentials = (options: { readonly fresh: boolean }) => Promise<Login>;

/** How long a login is used before files are read again: a rotated token or CA is seen within this time. */
const LOGIN_AGE_MS = 30_000;

/**
 * Credentials from a kubeconfig: tokens, token files, exec plugins, client certificates, or the Pod's ServiceAccount.
 * The whole configuration is loaded again at each refresh, since client-node keeps a token file for 60 s.
 */
export function kubeconfigCredentials(load: () => KubeConfig, clock: { monotonic(): number }): Credentials {
  let current: { readonly login: Promise<Login>; readonly since: number } | undefined;
  return ({ fresh }) => {
    if (current === undefined || fresh || clock.monotonic() - current.since > LOGIN_AGE_MS) {
      const attempt = { login: readLogin(load), since: clock.monotonic() };
      current = attempt;
      attempt.login.catch(() => {
        if (current === attempt) current = undefined;
      });
    }
    return current.login;
  };
}

/**
 * The file if one is given, else those of KUBECONFIG, ~/.kube/config or the Pod's ServiceAccount.
 * @throws Error for a file that cannot be read, or when none of KUBECONFIG exists.
 */
export function loadKubeConfig(file?: string): KubeConfig {
  if (file !== undefined && file !== '') return fromFile(file);
  const files = (process.env['KUBECONFIG'] ?? '').split(delimiter).filter((path) => path !== '');
  if (files.length > 0) return merged(files);
  const config = new KubeConfig();
  config.loadFromDefault();
  return config;
}

function fromFile(file: string): KubeConfig {
  const config = new KubeConfig();
  config.loadFromFile(file);
  return config;
}

/**
 * As kubectl merges them: the first file that says something has it. (client-node lets the last file choose the
 * context, refuses a name that two files have, and a file that is not there: kubectl and we would work on two clusters.)
 */
function merged(files: readonly string[]): KubeConfig {
  const parts = files.filter((file) => existsSync(file) && !isEmpty(file)).map(fromFile);
  if (parts.length === 0)
    throw new Error(`KUBECONFIG names no file that exists and says anything: ${files.join(', ')}`);
  const config = new KubeConfig();
  config.loadFromOptions({
    clusters: firstOfEachName(parts.flatMap((part) => part.getClusters())),
    users: firstOfEachName(parts.flatMap((part) => part.getUsers())),
    contexts: firstOfEachName(parts.flatMap((part) => part.getContexts())),
    currentContext: parts.map((part) => part.getCurrentContext()).find(Boolean) ?? '',
  });
  return config;
}

const isEmpty = (file: string): boolean => readFileSync(file, 'utf8').trim() === '';

function firstOfEachName<Named extends { readonly name: string }>(all: readonly Named[]): Named[] {
  const firsts = new Map<string, Named>();
  for (const one of all) if (!firsts.has(one.name)) firsts.set(one.name, one);
  return [...firsts.values()];
}

/** @throws Error when the kubeconfig has no context of that name. */
export function useContext(config: KubeConfig, context: string): KubeConfig {
  const names = config.getContexts().map(({ name }) => name);
  if (!names.includes(context))
    throw new Error(`the kubeconfig has no context ${context}; it has ${names.join(', ') || 'none'}`);
  config.setCurrentContext(context);
  return config;
}

/** The namespace of the current context, undefined when it names none. */
export function contextNamespace(config: KubeConfig): string | undefined {
  return config.getContextObject(config.getCurrentContext())?.namespace;
}

/** What client-node fills in, of the https options that it knows. */
interface FilledOptions {
  headers?: Record<string, string>;
  auth?: string;
  ca?: Buffer | string;
  cert?: Buffer | string;
  key?: Buffer | string;
  servername?: string;
  rejectUnauthorized?: boolean;
}

async function readLogin(load: () => KubeConfig): Promise<Login> {
  const config = load();
  const { server, proxyUrl } = config.getCurrentCluster() ?? {};
  if (server === undefined)
    throw new Error('the kubeconfig names no cluster in its current context; set one');
  const filled: FilledOptions = {};
  await config.applyToHTTPSOptions(filled as Parameters<KubeConfig['applyToHTTPSOptions']>[0]); // wider type, same object
  return {
    server: server.replace(/\/$/, ''),
    headers: loginHeaders(filled),
    tls: loginTls(filled),
    ...(proxyUrl && { proxy: proxyUrl }),
  };
}

function loginHeaders({ headers = {}, auth }: FilledOptions): Record<string, string> {
  const result: Record<string, string> = {};
  if (auth !== undefined) result['Authorization'] = `Basic ${Buffer.from(auth).toString('base64')}`;
  for (const [name, value] of Object.entries(headers)) result[name] = value.trim();
  // The server would take an empty token for an anonymous caller and answer 403: a riddle for whoever looks.
  if (result['Authorization'] === 'Bearer')
    throw new Error('the token for the API server is empty; check the token file');
  return result;
}

function loginTls({ ca, cert, key, servername, rejectUnauthorized }: FilledOptions): LoginTls {
  return {
    ...(ca === undefined ? {} : { ca: ca.toString() }),
    ...(cert === undefined ? {} : { cert: cert.toString() }),
    ...(key === undefined ? {} : { key: key.toString() }),
    ...(servername === undefined ? {} : { servername }),
    ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
  };
}
