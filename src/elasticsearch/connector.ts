import { connect as connectTcp, isIP } from 'node:net';
import type { LookupFunction, Socket } from 'node:net';
import { connect as connectTls, createSecureContext } from 'node:tls';
import type { SecureContext } from 'node:tls';
import type { ErrorClass } from './errors.ts';

export interface TlsSettings {
  /** PEM. Replaces the system's authorities. */
  readonly ca?: string;
  /** PEM; with `key` a client certificate. */
  readonly cert?: string;
  readonly key?: string;
  /** The name that the certificate must carry, when it is not the endpoint's host. */
  readonly serverName?: string;
  readonly insecureSkipVerify?: boolean;
}

export interface ConnectorOptions {
  readonly tls?: TlsSettings;
  readonly connectTimeoutMs: number;
  /** Name resolution: where an endpoint policy refuses addresses, on the very lookup that is connected to. */
  readonly lookup?: LookupFunction;
}

interface Target {
  readonly hostname: string;
  readonly protocol: string;
  readonly port?: string;
}

export type Connector = (
  target: Target,
  callback: (...result: [error: null, socket: Socket] | [error: Error, socket: null]) => void,
) => void;

/**
 * Opens the sockets of the client. Owning this step is what tells "nothing was sent" from "the answer is lost":
 * the client hands on only the text of an error, so the fact travels in a text of ours.
 * @throws what OpenSSL says when a certificate or key cannot be read.
 */
export function createConnector(options: ConnectorOptions): Connector {
  const { ca, cert, key } = options.tls ?? {};
  const secureContext = createSecureContext({
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
  });
  return (target, callback) => {
    const secure = target.protocol === 'https:';
    const socket = secure ? openTls(target, options, secureContext) : openTcp(target, options);
    socket.setNoDelay(true).setKeepAlive(true, 60_000).setTimeout(options.connectTimeoutMs);
    socket.once('timeout', () => socket.destroy(connectTimeout()));
    let settled = false;
    // The listener stays: between two owners of the socket an error must not be unhandled.
    socket.on('error', (error) => {
      if (!settled) callback(describeConnectFailure(error), null);
      settled = true;
    });
    socket.once(secure ? 'secureConnect' : 'connect', () => {
      settled = true;
      socket.setTimeout(0).removeAllListeners('timeout');
      callback(null, socket);
    });
  };
}

function openTcp({ hostname, port }: Target, { lookup }: ConnectorOptions): Socket {
  return connectTcp({ host: hostname, port: Number(port || 80), ...(lookup && { lookup }) });
}

function openTls(
  { hostname, port }: Target,
  options: ConnectorOptions,
  secureContext: SecureContext,
): Socket {
  const { serverName, insecureSkipVerify } = options.tls ?? {};
  return connectTls({
    host: hostname,
    port: Number(port || 443),
    // An address is no legal server name; its certificate is then checked against the address.
    servername: serverName ?? (isIP(hostname) === 0 ? hostname : ''),
    rejectUnauthorized: insecureSkipVerify !== true,
    ALPNProtocols: ['http/1.1'],
    secureContext,
    ...(options.lookup && { lookup: options.lookup }),
  });
}

function connectTimeout(): Error {
  return Object.assign(new Error('no connection in time'), { code: 'ETIMEDOUT' });
}

const marker = /^connection failed: (unreachable|tls) ([A-Z0-9_]{1,60})$/;
const networkCode = /^(E(?!RR_|PROTO$)[A-Z_]+|UND_ERR_\w+)$/;

function describeConnectFailure(error: Error & { code?: unknown }): Error {
  const code = typeof error.code === 'string' ? error.code : 'UNKNOWN';
  const kind = code === 'UNKNOWN' || networkCode.test(code) ? 'unreachable' : 'tls';
  return new Error(`connection failed: ${kind} ${code}`, { cause: error });
}

/** What a connector of ours said in the text of an error of the client; undefined for every other text. */
export function connectFailure(message: string): { errorClass: ErrorClass; code: string } | undefined {
  const [, kind, code] = marker.exec(message) ?? [];
  if (kind === undefined || code === undefined) return undefined;
  return { errorClass: kind === 'tls' ? 'tls' : 'unreachable', code };
}
