import { describe, expect, it } from 'vitest';
import { flagsSchema, readInvocation } from './config.ts';
import type { Config } from './config.ts';
import { ConfigError } from './flags.ts';

function read(args: readonly string[], environment: Record<string, string> = {}): Config {
  const invocation = readInvocation(args, environment);
  if (invocation.type !== 'run') throw new Error('expected a configuration, got the help text');
  return invocation.config;
}

function complaint(args: readonly string[], environment: Record<string, string> = {}): string {
  try {
    read(args, environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('was accepted');
}

describe('flags and variables', () => {
  it('has the documented defaults', () => {
    expect(read([])).toEqual({
      watchNamespaces: [],
      leaderElect: true,
      leaseNamespace: 'default',
      leaseName: 'es-steward',
      metricsAddress: ':8080',
      healthAddress: ':8081',
      workers: 4,
      logLevel: 'info',
      paused: false,
      allowedEndpoints: [],
      protectedIndices: [],
      inCluster: false,
      refusedAddresses: [],
      hostName: expect.any(String),
    });
  });

  it.each<[string[], Record<string, string>, Partial<Config>]>([
    [['--workers=7'], {}, { workers: 7 }],
    [['--workers', '7'], {}, { workers: 7 }],
    [[], { ES_STEWARD_WORKERS: '7' }, { workers: 7 }],
    [['--workers=8'], { ES_STEWARD_WORKERS: '7' }, { workers: 8 }],
    [[], { ES_STEWARD_WORKERS: '' }, { workers: 4 }],
    [['--paused'], {}, { paused: true }],
    [['--paused=false'], { ES_STEWARD_PAUSED: 'true' }, { paused: false }],
    [['--leader-elect=false'], {}, { leaderElect: false }],
    [['--watch-namespaces=a, b', '--watch-namespaces=c'], {}, { watchNamespaces: ['a', 'b', 'c'] }],
    [['--watch-namespaces=a,b', '--watch-namespaces=b,a'], {}, { watchNamespaces: ['a', 'b'] }],
    [['--watch-namespaces='], {}, { watchNamespaces: [] }],
    [
      ['--allowed-endpoints=*.es.svc,10.0.0.0/8,::1'],
      {},
      { allowedEndpoints: ['*.es.svc', '10.0.0.0/8', '::1'] },
    ],
    [['--protected-indices=audit-*'], {}, { protectedIndices: ['audit-*'] }],
    [['--health-address=[::1]:0'], {}, { healthAddress: '[::1]:0' }],
    [['--kubeconfig=/b'], {}, { kubeconfig: '/b' }],
    [
      ['--lease-namespace=ops'],
      { KUBERNETES_SERVICE_HOST: '10.0.0.1' },
      { leaseNamespace: 'ops', inCluster: true, refusedAddresses: ['10.0.0.1/32'] },
    ],
  ])('reads %j with %j', (args, environment, expected) => {
    expect(read(args, environment)).toMatchObject(expected);
  });

  it.each<[string[], Record<string, string>, string[]]>([
    [['--wrokers=7'], {}, ['--wrokers', '--workers']],
    [['--nonsense'], {}, ['--nonsense', '--help']],
    [['nonsense'], {}, ['nonsense', '--help']],
    [['--workers=0'], {}, ['--workers', '1 to 64', '"0"']],
    [['--workers=many'], {}, ['--workers', '"many"']],
    [['--workers'], {}, ['--workers', '=VALUE']],
    [['--kubeconfig', '--paused'], {}, ['--kubeconfig', '=VALUE']],
    [['--paused=maybe'], {}, ['--paused', 'true or false']],
    [['--log-level=loud'], {}, ['--log-level', 'debug']],
    [['--metrics-address=8080'], {}, ['--metrics-address', 'HOST:PORT']],
    [['--metrics-address=:99999'], {}, ['--metrics-address']],
    [['--allowed-endpoints=10.0.0.0/33'], {}, ['--allowed-endpoints', 'CIDR']],
    [['--allowed-endpoints=https://es:9200'], {}, ['--allowed-endpoints']],
    [['--watch-namespaces=Team_A'], {}, ['--watch-namespaces']],
    [['--watch-namespaces=,'], {}, ['--watch-namespaces', 'between the commas']],
    [[], { ES_STEWARD_ALLOWED_ENDPOINTS: ' , ' }, ['ES_STEWARD_ALLOWED_ENDPOINTS', 'between the commas']],
    [['--lease-name='], {}, ['--lease-name', 'lower-case', '""']],
    [['--lease-name=Es_Steward'], {}, ['--lease-name', 'lower-case']],
    [['--lease-namespace='], {}, ['--lease-namespace', 'lower-case']],
    [['--kubeconfig='], {}, ['--kubeconfig']],
    [['--health-address='], {}, ['--health-address', 'HOST:PORT']],
    [['--protected-indices=audit?'], {}, ['--protected-indices']],
    [[], { ES_STEWARD_WORKERS: 'x' }, ['ES_STEWARD_WORKERS']],
    [['--workers=x', '--log-level=x'], {}, ['--workers', '--log-level']],
    [[], { KUBERNETES_SERVICE_HOST: '10.0.0.1' }, ['--lease-namespace']],
  ])('refuses %j with %j and names the flag and the cure', (args, environment, words) => {
    const message = complaint(args, environment);
    for (const word of words) expect(message).toContain(word);
  });
});

describe('--help', () => {
  const help = readInvocation(['--workers=wrong', '--help'], {});
  const text = help.type === 'help' ? help.text : '';

  it.each(Object.entries(flagsSchema.shape))('explains %s with its flag and variable', (name, field) => {
    const words = name.replace(/[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
    expect(text).toContain(`--${words}`);
    expect(text).toContain(`ES_STEWARD_${words.replaceAll('-', '_').toUpperCase()}`);
    expect(field.description?.length).toBeGreaterThan(10);
  });
});
