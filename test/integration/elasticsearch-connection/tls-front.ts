import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { connect as connectTls, createServer } from 'node:tls';
import type { Identity } from '../../../scripts/environment/certificates.ts';

export interface TlsFront {
  readonly port: number;
  /** New connections see another certificate; those that are open are cut. */
  present(identity: Identity): void;
  /** New connections go to another server; those that are open are cut. */
  leadTo(url: string): void;
  stop(): Promise<void>;
}

/** A load balancer before Elasticsearch: ends TLS with a certificate of its own and passes the bytes on. */
export async function startTlsFront(
  identity: Identity,
  url: string,
  host = '127.0.0.1',
  port = 0,
): Promise<TlsFront> {
  let target = new URL(url);
  const open = new Set<Socket>();
  const server = createServer(secrets(identity), (client) => {
    const behind = dial(target);
    for (const [from, to] of [
      [client, behind],
      [behind, client],
    ] as const) {
      open.add(from);
      from.pipe(to);
      from
        .on('error', () => to.destroy())
        .on('close', () => {
          open.delete(from);
          to.destroy();
        });
    }
  });
  const cut = () => open.forEach((socket) => socket.destroy());
  server.listen(port, host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    present: (identity) => {
      server.setSecureContext(secrets(identity));
      cut();
    },
    leadTo: (url) => {
      target = new URL(url);
      cut();
    },
    stop: async () => {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}

const secrets = ({ certificate, key }: Identity) => ({ cert: certificate, key });

/** The certificate behind is not what these tests are about. */
function dial({ protocol, hostname: host, port }: URL): Socket {
  const to = { host, port: Number(port) };
  return protocol === 'https:' ? connectTls({ ...to, rejectUnauthorized: false }) : connectTcp(to);
}
