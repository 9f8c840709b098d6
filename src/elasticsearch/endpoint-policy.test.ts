import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createEndpointPolicy, EndpointRefusedError } from './endpoint-policy.ts';
import type { EndpointPolicyOptions } from './endpoint-policy.ts';

const policy = (options: Partial<EndpointPolicyOptions> = {}) =>
  createEndpointPolicy({ allowed: [], inCluster: true, resolve: async () => ['10.0.0.1'], ...options });

const resolvingTo = (...addresses: readonly string[]) => policy({ resolve: async () => addresses });

describe('an endpoint', () => {
  it.each(['https://es.example:9200', 'https://10.1.2.3:9200', 'https://[2001:db8::1]:9200/es'])(
    '%s may be used',
    async (endpoint) => {
      expect(await policy().refusal(endpoint, { allowInsecure: false })).toBeUndefined();
    },
  );

  it('without TLS needs allowInsecure', async () => {
    expect(await policy().refusal('http://es.example', { allowInsecure: false })).toContain('plain http');
    expect(await policy().refusal('http://es.example', { allowInsecure: true })).toBeUndefined();
  });

  it.each(['nonsense', 'ftp://es.example', 'https://user:pw@es.example', 'https://user@es.example'])(
    '%s is refused in every case, without repeating a password',
    async (endpoint) => {
      const refusal = await policy().refusal(endpoint, { allowInsecure: true });
      expect(refusal).toBeDefined();
      expect(refusal).not.toContain('pw');
    },
  );
});

describe('an address', () => {
  it.each([
    ['169.254.169.254', 'link-local'],
    ['169.254.0.1', 'link-local'],
    ['fe80::1', 'link-local'],
    ['fe80::1%eth0', 'link-local'],
    ['fd00:ec2::254', 'metadata'],
    ['fd20:ce::254', 'metadata'],
    ['100.100.100.200', 'metadata'],
    ['168.63.129.16', 'metadata'],
    ['192.0.0.192', 'metadata'],
    ['224.0.0.1', 'multicast'],
    ['239.1.1.1', 'multicast'],
    ['255.255.255.255', 'multicast'],
    ['ff02::1', 'multicast'],
    ['0.0.0.0', 'unspecified'],
    ['0.1.2.3', 'unspecified'],
    ['::', 'unspecified'],
    ['127.0.0.1', 'loopback'],
    ['127.8.8.8', 'loopback'],
    ['::1', 'loopback'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['::ffff:169.254.169.254', 'link-local'],
    ['::ffff:a9fe:a9fe', 'link-local'],
    ['64:ff9b::169.254.169.254', 'link-local'],
    ['64:ff9b::7f00:1', 'loopback'],
    ['2002:a9fe:a9fe::1', 'link-local'],
    ['::169.254.169.254', 'link-local'],
    ['::127.0.0.1', 'loopback'],
  ])('%s is refused as %s, behind a name and written out', async (address, what) => {
    expect(await resolvingTo(address).refusal('https://es.example', { allowInsecure: false })).toContain(
      what,
    );
  });

  it.each([
    'https://169.254.169.254',
    'https://2852039166',
    'https://0xa9.0xfe.0xa9.0xfe',
    'https://0',
    'https://127.1',
    'https://[::1]:9200',
    'https://[::ffff:127.0.0.1]',
  ])('written as %s is refused', async (endpoint) => {
    expect(await policy().refusal(endpoint, { allowInsecure: false })).toBeDefined();
  });

  it('among several refuses the host: which one a socket takes is not ours to choose', async () => {
    const refusal = resolvingTo('10.0.0.1', '169.254.169.254').refusal('https://es.example', {
      allowInsecure: false,
    });
    expect(await refusal).toContain('169.254.169.254');
  });

  it('of this machine may be used outside a cluster', async () => {
    expect(
      await policy({ inCluster: false }).refusal('https://127.0.0.1:9200', { allowInsecure: false }),
    ).toBeUndefined();
  });

  it('that the operator is told to refuse is refused', async () => {
    expect(
      await policy({ refused: ['10.0.0.1'] }).refusal('https://es.example', { allowInsecure: false }),
    ).toBeDefined();
  });
});

describe('--allowed-endpoints', () => {
  it.each([
    [['*.example.com'], 'https://es.example.com', true],
    [['*.example.com'], 'https://ES.Example.COM.', true],
    [['*.example.com'], 'https://es.example.org', false],
    [['*.example.com'], 'https://es.example.com.evil.org', false],
    [['10.0.0.0/8'], 'https://anything', true],
    [['192.168.0.0/16'], 'https://anything', false],
    [['10.0.0.1'], 'https://anything', true],
    [['192.168.0.0/16', 'any*'], 'https://anything', true],
  ])('%j: %s is allowed: %s', async (allowed, endpoint, expected) => {
    const refusal = await policy({ allowed }).refusal(endpoint, { allowInsecure: false });
    expect(refusal === undefined).toBe(expected);
  });

  it('allows nothing that is always refused', async () => {
    const open = policy({ allowed: ['*', '0.0.0.0/0'], resolve: async () => ['169.254.169.254'] });
    expect(await open.refusal('https://es.example', { allowInsecure: false })).toContain('link-local');
  });

  it('allows a CIDR only when every address lies in it', async () => {
    const mixed = policy({ allowed: ['10.0.0.0/8'], resolve: async () => ['10.0.0.1', '8.8.8.8'] });
    expect(await mixed.refusal('https://es.example', { allowInsecure: false })).toBeDefined();
    const nowhere = policy({ allowed: ['10.0.0.0/8'], resolve: async () => [] });
    expect(await nowhere.refusal('https://es.example', { allowInsecure: false })).toBeDefined();
  });

  it('must be well-formed', () => {
    expect(() => policy({ allowed: ['10.0.0.0/x'] })).toThrow(RangeError);
  });
});

describe('the lookup of sockets', () => {
  const lookup = (options: Partial<EndpointPolicyOptions>, all: boolean) =>
    promisify(policy(options).lookup)('es.example', { all });

  it('gives the judged addresses', async () => {
    const resolve = async () => ['10.0.0.1', '2001:db8::1'];
    const found = [
      { address: '10.0.0.1', family: 4 },
      { address: '2001:db8::1', family: 6 },
    ];
    expect(await lookup({ resolve }, true)).toEqual(found);
    expect(await lookup({ resolve }, false)).toBe('10.0.0.1');
  });

  it('refuses a name that has come to point elsewhere since it was judged', async () => {
    const resolve = async () => ['169.254.169.254'];
    await expect(lookup({ resolve }, true)).rejects.toThrow(EndpointRefusedError);
  });

  it('tells a fault of DNS', async () => {
    const resolve = async () => Promise.reject(Object.assign(new Error('none'), { code: 'ENOTFOUND' }));
    await expect(lookup({ resolve }, true)).rejects.toMatchObject({ code: 'ENOTFOUND' });
  });
});
