import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { z } from 'zod';
import packageJson from '../package.json' with { type: 'json' };
import { ConfigError, describeFlags, readFlags } from './flags.ts';
import type { Environment, FlagMeta } from './flags.ts';
import { LEASE_NAME } from './runtime/lease.ts';

/** The operator's settings: one schema with the rule, the default and the help text of every flag. */

export const version: string = packageJson.version;

const VARIABLE_PREFIX = 'ES_STEWARD';
const SERVICE_ACCOUNT_NAMESPACE = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';

const meta = (flag: FlagMeta): FlagMeta => flag;
const toggle = () => z.stringbool({ truthy: ['true'], falsy: ['false'], error: 'expected true or false' });
/** What is named twice counts once: a namespace would be watched twice. */
const itemsOf = (text: string): string[] => [
  ...new Set(text.split(',').flatMap((part) => part.trim() || [])),
];
/** Empty means no limit for most lists: only whoever says so gets it, not whoever joins names that are empty. */
const list = (item: z.ZodType<string, string>) =>
  z
    .string()
    .refine((text) => text === '' || itemsOf(text).length > 0, 'expected something between the commas')
    .transform(itemsOf)
    .pipe(z.array(item));
const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .transform((text) => (/^\d+$/.test(text) ? Number(text) : Number.NaN))
    .refine((value) => value >= min && value <= max, `expected a whole number from ${min} to ${max}`);

const dnsLabel = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'expected a name of lower-case letters, digits and -');
const address = z.string().refine(isAddress, 'expected HOST:PORT such as :8080 or 127.0.0.1:0');
const endpointRule = z
  .string()
  .refine(
    isEndpointRule,
    'expected a host glob such as *.example.com, an IP address or a CIDR such as 10.0.0.0/8',
  );
const indexGlob = z
  .string()
  .regex(/^[^\s/\\?"<>|,#]{1,255}$/, 'expected the name of an index or alias, or a glob with *');
const logLevel = z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace'], {
  error: 'expected fatal, error, warn, info, debug or trace',
});

export const flagsSchema = z.object({
  kubeconfig: z
    .string()
    .min(1, 'expected the path of a file')
    .optional()
    .describe(
      'Kubeconfig file. Without it: those of KUBECONFIG, ~/.kube/config, or the service account of the pod.',
    )
    .meta(meta({ value: 'PATH' })),
  watchNamespaces: list(dnsLabel)
    .default([])
    .describe('Namespaces to look after, comma separated. Empty: all.')
    .meta(meta({ value: 'NAMES', list: true })),
  leaderElect: toggle()
    .default(true)
    .describe(
      'Act only while holding the Lease, so that several replicas may run. False only for a single one.',
    ),
  leaseNamespace: dnsLabel
    .optional()
    .describe(
      "Namespace of the Lease and of the ConfigMap es-steward. Without it: the pod's own, else `default`.",
    )
    .meta(meta({ value: 'NAME' })),
  leaseName: dnsLabel
    .default(LEASE_NAME)
    .describe('Name of the Lease.')
    .meta(meta({ value: 'NAME' })),
  metricsAddress: address
    .default(':8080')
    .describe('Where /metrics is served. 127.0.0.1:0 picks a port; the address is logged.')
    .meta(meta({ value: 'HOST:PORT' })),
  healthAddress: address
    .default(':8081')
    .describe('Where /healthz and /readyz are served. 127.0.0.1:0 picks a port; the address is logged.')
    .meta(meta({ value: 'HOST:PORT' })),
  workers: wholeNumber(1, 64)
    .default(4)
    .describe('Resources of one kind that are worked on at the same time.')
    .meta(meta({ value: 'N' })),
  logLevel: logLevel
    .default('info')
    .describe('The least that is logged: fatal, error, warn, info, debug or trace.')
    .meta(meta({ value: 'LEVEL' })),
  paused: toggle()
    .default(false)
    .describe(
      'Observe and report, but change nothing in Elasticsearch. The key `paused: "true"` of the ConfigMap es-steward ' +
        'in the lease namespace does the same within 5 seconds and without a restart.',
    ),
  allowedEndpoints: list(endpointRule)
    .default([])
    .describe(
      'Host globs and CIDRs that connections may name, comma separated. Empty: all that are not refused anyway.',
    )
    .meta(meta({ value: 'RULES', list: true })),
  protectedIndices: list(indexGlob)
    .default([])
    .describe(
      'Index globs that nothing may delete, close, block or re-alias, beside those of each connection.',
    )
    .meta(meta({ value: 'GLOBS', list: true })),
});

export type Config = Omit<z.output<typeof flagsSchema>, 'leaseNamespace'> & {
  readonly leaseNamespace: string;
  /** Runs in a pod: endpoints on loopback are refused then. */
  readonly inCluster: boolean;
  /** CIDRs that no connection may reach: in a pod, the API server, which would be asked with our own network identity. */
  readonly refusedAddresses: readonly string[];
  /** Who writes Events and holds the Lease. */
  readonly hostName: string;
};

export type Invocation =
  | { readonly type: 'help'; readonly text: string }
  | { readonly type: 'run'; readonly config: Config };

/** @throws ConfigError that names the flag and the cure. */
export function readInvocation(args: readonly string[], environment: Environment): Invocation {
  if (args.includes('--help') || args.includes('-h')) return { type: 'help', text: helpText() };
  return {
    type: 'run',
    config: completed(readFlags(flagsSchema, VARIABLE_PREFIX, args, environment), environment),
  };
}

function helpText(): string {
  return [
    `es-steward ${version}: a Kubernetes operator for Elasticsearch upkeep`,
    'Usage: npm start -- [flags]. Every flag has an environment variable; a flag wins over its variable.',
    describeFlags(flagsSchema, VARIABLE_PREFIX),
    '  -h, --help\n      Prints this and exits.',
    '',
  ].join('\n\n');
}

function completed(flags: z.output<typeof flagsSchema>, environment: Environment): Config {
  const apiServer = environment['KUBERNETES_SERVICE_HOST'] ?? '';
  const inCluster = apiServer !== '';
  return {
    ...flags,
    leaseNamespace: flags.leaseNamespace ?? (inCluster ? podNamespace() : 'default'),
    inCluster,
    refusedAddresses: isIP(apiServer) === 0 ? [] : [`${apiServer}/${isIP(apiServer) === 6 ? 128 : 32}`],
    hostName: hostname(),
  };
}

function podNamespace(): string {
  try {
    return readFileSync(SERVICE_ACCOUNT_NAMESPACE, 'utf8').trim();
  } catch (cause) {
    throw new ConfigError(`${SERVICE_ACCOUNT_NAMESPACE} cannot be read: give --lease-namespace.`, { cause });
  }
}

function isAddress(text: string): boolean {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:[\]/]*)):(\d{1,5})$/.exec(text);
  return match !== null && Number(match[3]) <= 65_535 && (match[1] === undefined || isIP(match[1]) === 6);
}

function isEndpointRule(text: string): boolean {
  const [host = '', bits, ...rest] = text.split('/');
  if (rest.length > 0) return false;
  const family = isIP(host);
  if (bits !== undefined)
    return family > 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128);
  return family > 0 || /^[a-zA-Z0-9*]([-a-zA-Z0-9.*]*[a-zA-Z0-9*])?$/.test(host);
}
