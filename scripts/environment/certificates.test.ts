import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { issueServerIdentity } from './certificates.ts';

const now = new Date('2026-05-01T12:00:00Z');

describe('issueServerIdentity', () => {
  it('signs the server certificate with the authority', () => {
    const { authority, server } = issueServerIdentity('authority', ['127.0.0.1', 'localhost'], now);
    const issued = new X509Certificate(server.certificate);
    const issuer = new X509Certificate(authority);
    expect(issued.checkIssued(issuer) && issued.verify(issuer.publicKey)).toBe(true);
    expect([issuer.ca, issued.ca]).toEqual([true, false]);
  });

  it('covers every host that it was asked for', () => {
    const { server } = issueServerIdentity('authority', ['127.0.0.1', 'kubernetes.default.svc'], now);
    const issued = new X509Certificate(server.certificate);
    expect(issued.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(issued.checkHost('kubernetes.default.svc')).toBe('kubernetes.default.svc');
    expect(issued.checkHost('example.com')).toBeUndefined();
  });

  it('is valid from an hour before its issue until ten years after', () => {
    const issued = new X509Certificate(
      issueServerIdentity('authority', ['localhost'], now).server.certificate,
    );
    expect(issued.validFromDate).toEqual(new Date('2026-05-01T11:00:00Z'));
    expect(issued.validToDate).toEqual(new Date('2036-04-28T12:00:00Z'));
  });

  it('convinces a client that trusts the authority, and no other', async () => {
    const { authority, server } = issueServerIdentity('authority', ['127.0.0.1'], new Date());
    const stranger = issueServerIdentity('authority', ['127.0.0.1'], new Date());
    expect(await handshake(server, authority)).toBe('trusted');
    expect(await handshake(server, stranger.authority)).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
  });
});

async function handshake(
  identity: { readonly certificate: string; readonly key: string },
  ca: string,
): Promise<string> {
  const server = createServer({ cert: identity.certificate, key: identity.key }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const socket = connect({ port, host: '127.0.0.1', ca });
  try {
    await once(socket, 'secureConnect');
    return 'trusted';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  } finally {
    socket.destroy();
    server.close();
  }
}
