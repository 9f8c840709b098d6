import { lookup as systemLookup } from 'node:dns';
import type { LookupAddress } from 'node:dns';
import { BlockList, isIP } from 'node:net';
import type { LookupFunction } from 'node:net';
import { callbackify } from 'node:util';
import { covers } from './patterns.ts';

/** Where the operator may connect to: the guard against connections that point at what only the operator can reach. */
export interface EndpointPolicy {
  /** Resolves the host now. Undefined when the endpoint may be used, else a sentence that says why not. DNS faults are thrown. */
  refusal(endpoint: string, options: { readonly allowInsecure: boolean }): Promise<string | undefined>;
  /** For sockets: resolves and judges at every connect, so that a name cannot pass once and then point elsewhere. */
  readonly lookup: LookupFunction;
}

export interface EndpointPolicyOptions {
  /** Host globs and CIDRs; empty = every endpoint that is not refused below. */
  readonly allowed: readonly string[];
  /** Running in a cluster: loopback is the operator's own pod, and refused. */
  readonly inCluster: boolean;
  /** Addresses to refuse besides the built-in ones, such as the API server's. */
  readonly refused?: readonly string[];
  /** The system's resolver unless given. */
  readonly resolve?: Resolve;
}

/** Every address of a host. */
export type Resolve = (host: string) => Promise<readonly string[]>;

/** Thrown into sockets by `lookup`; its code says what happened where only a code survives. */
export class EndpointRefusedError extends Error {
  override readonly name = 'EndpointRefusedError';
  readonly code = 'EENDPOINTREFUSED';
}

export function createEndpointPolicy(options: EndpointPolicyOptions): EndpointPolicy {
  const resolve = options.resolve ?? systemResolve;
  const judge = addressJudge(options);
  const addressesOf = async (host: string) => (isIP(host) === 0 ? await resolve(host) : [host]);

  const refusal: EndpointPolicy['refusal'] = async (endpoint, { allowInsecure }) => {
    const url = URL.parse(endpoint);
    const fault = urlFault(url, allowInsecure);
    if (url === null || fault !== undefined) return fault;
    const host = hostOf(url);
    return judge(host, await addressesOf(host));
  };

  const resolveJudged = async (host: string) => {
    const addresses = await addressesOf(host);
    const refused = judge(host, addresses);
    if (refused !== undefined) throw new EndpointRefusedError(refused);
    return addresses.map((address): LookupAddress => ({ address, family: isIP(address) }));
  };
  return { refusal, lookup: asLookup(resolveJudged) };
}

/** What can be said of an endpoint without asking DNS. */
function urlFault(url: URL | null, allowInsecure: boolean): string | undefined {
  if (url === null) return 'The endpoint is not a URL; write it as https://host:9200.';
  if (url.username !== '' || url.password !== '')
    return `The endpoint of host ${url.hostname} carries credentials; put them into a Secret and name it in spec.auth.`;
  if (url.protocol === 'http:' && !allowInsecure)
    return `The endpoint ${url.origin} is plain http, which sends credentials in the clear; use https or set spec.allowInsecure.`;
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return `The endpoint's scheme ${url.protocol} is not supported; use https.`;
  return undefined;
}

type Judge = (host: string, addresses: readonly string[]) => string | undefined;

/** One refused address refuses the host: which of several a socket takes is not ours to choose. */
function addressJudge(options: EndpointPolicyOptions): Judge {
  const refused = refusedAddresses(options.refused ?? []);
  const allowed = allowList(options.allowed);
  return (host, addresses) => {
    for (const address of addresses) {
      const what = refused(address, options.inCluster);
      if (what !== undefined)
        return `Host ${host} resolves to ${address}, ${what}, which is never connected to; name the address of the cluster itself.`;
    }
    if (allowed(host, addresses)) return undefined;
    return `Host ${host} is not among the endpoints that --allowed-endpoints allows; ask whoever runs the operator to add it.`;
  };
}

interface AddressClass {
  readonly what: string;
  readonly cidrs: readonly string[];
  readonly onlyInCluster?: true;
}

/** The metadata services of the large clouds that are not link-local: AWS, Google (IPv6), Alibaba, Azure, Oracle. */
const METADATA = [
  'fd00:ec2::254/128',
  'fd20:ce::254/128',
  '100.100.100.200/32',
  '168.63.129.16/32',
  '192.0.0.192/32',
];
const REFUSED: readonly AddressClass[] = [
  { what: 'a link-local address', cidrs: ['169.254.0.0/16', 'fe80::/10'] },
  { what: 'a metadata service', cidrs: METADATA },
  { what: 'a multicast or broadcast address', cidrs: ['224.0.0.0/4', '255.255.255.255/32', 'ff00::/8'] },
  { what: 'an unspecified address', cidrs: ['0.0.0.0/8', '::/128'] },
  { what: 'a loopback address inside the cluster', cidrs: ['127.0.0.0/8', '::1/128'], onlyInCluster: true },
];

function refusedAddresses(more: readonly string[]) {
  const extra: AddressClass = { what: 'an address that the operator refuses', cidrs: more.map(asCidr) };
  const classes = [...REFUSED, extra].map((entry) => ({ ...entry, contains: containedIn(entry.cidrs) }));
  return (address: string, inCluster: boolean) =>
    classes.find((entry) => (inCluster || entry.onlyInCluster !== true) && entry.contains(address))?.what;
}

function allowList(allowed: readonly string[]) {
  const cidrs = allowed.filter((entry) => isIP(entry) !== 0 || entry.includes('/'));
  const hosts = allowed.filter((entry) => !cidrs.includes(entry)).map((entry) => entry.toLowerCase());
  const contains = containedIn(cidrs.map(asCidr));
  return (host: string, addresses: readonly string[]) =>
    allowed.length === 0 ||
    hosts.some((glob) => covers(glob, host)) ||
    (addresses.length > 0 && addresses.every(contains));
}

function asCidr(entry: string): string {
  if (entry.includes('/')) return entry;
  return `${entry}/${isIP(entry) === 6 ? 128 : 32}`;
}

/** Membership in any of the CIDRs. An IPv4 range contains its IPv6 disguises too: mapped, NAT64, 6to4 and compatible. */
function containedIn(cidrs: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [base = '', bits = ''] = cidr.split('/');
    if (isIP(base) === 0 || !/^\d{1,3}$/.test(bits))
      throw new RangeError(`"${cidr}" is not a CIDR such as 10.0.0.0/8.`);
    list.addSubnet(base, Number(bits), isIP(base) === 6 ? 'ipv6' : 'ipv4');
    for (const [disguise, width] of disguises(base, Number(bits))) list.addSubnet(disguise, width, 'ipv6');
  }
  return (address) => {
    const bare = address.replace(/%.*$/, '');
    return list.check(bare, isIP(bare) === 6 ? 'ipv6' : 'ipv4');
  };
}

function disguises(base: string, bits: number): readonly (readonly [string, number])[] {
  if (isIP(base) !== 4) return [];
  const [a = 0, b = 0, c = 0, d = 0] = base.split('.').map(Number);
  const hex = `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  const compatible: (readonly [string, number])[] = a === 0 ? [] : [[`::${hex}`, 96 + bits]];
  return [[`64:ff9b::${hex}`, 96 + bits], [`2002:${hex}::`, 16 + bits], ...compatible];
}

/** Node reports IPv6 hosts in brackets. A trailing dot names the same host. */
function hostOf(url: URL): string {
  return url.hostname
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase();
}

const systemResolve: Resolve = (host) =>
  new Promise((resolve, reject) => {
    systemLookup(host, { all: true }, (error, addresses) => {
      if (error === null) resolve(addresses.map(({ address }) => address));
      else reject(error);
    });
  });

function asLookup(resolve: (host: string) => Promise<readonly LookupAddress[]>): LookupFunction {
  const ask = callbackify(resolve);
  return (host, options, callback) =>
    ask(host, (error, found) => {
      if (error !== null) callback(error, '');
      else if (options.all === true) callback(null, [...found]);
      else callback(null, found[0]?.address ?? '', found[0]?.family);
    });
}
