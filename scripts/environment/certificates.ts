import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIPv4 } from 'node:net';
import * as der from './der.ts';

/** A certificate and its private key, both PEM. */
export type Identity = { readonly certificate: string; readonly key: string };

type KeyPair = { readonly publicKey: KeyObject; readonly privateKey: KeyObject };

const ecdsaWithSha256 = der.sequence(der.oid('1.2.840.10045.4.3.2'));
const lifetimeMs = 3650 * 24 * 60 * 60 * 1000;

/**
 * Makes a certificate authority and one server certificate of it, so that clients verify TLS as they would in earnest.
 * Written out here (RFC 5280) because Node signs but issues no certificates, and openssl is not on every machine.
 */
export function issueServerIdentity(
  authorityName: string,
  hosts: readonly string[],
  now: Date,
): { readonly authority: string; readonly server: Identity } {
  const authorityKeys = newKeys();
  const serverKeys = newKeys();
  const issuer = name(authorityName);
  const sign = (subject: Uint8Array, keys: KeyPair, extensions: readonly Uint8Array[]): string =>
    certificate({ issuer, subject, keys, signer: authorityKeys.privateKey, extensions, now });
  return {
    authority: sign(issuer, authorityKeys, [authorityBasics, keyUsage(0b0000_0110, 1), keyId(authorityKeys)]),
    server: {
      certificate: sign(name(hosts[0] ?? 'localhost'), serverKeys, [
        keyUsage(0b1000_0000, 7),
        extendedUsage,
        alternativeNames(hosts),
        issuerKeyId(authorityKeys),
      ]),
      key: serverKeys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    },
  };
}

function newKeys(): KeyPair {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

function certificate(to: {
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
  readonly keys: KeyPair;
  readonly signer: KeyObject;
  readonly extensions: readonly Uint8Array[];
  readonly now: Date;
}): string {
  const version3 = der.explicit(0, der.integer(Uint8Array.of(2)));
  const serial = Uint8Array.from([1, ...randomBytes(15)]);
  const body = der.sequence(
    version3,
    der.integer(serial),
    ecdsaWithSha256,
    to.issuer,
    validity(to.now),
    to.subject,
    to.keys.publicKey.export({ type: 'spki', format: 'der' }),
    der.explicit(3, der.sequence(...to.extensions)),
  );
  return pem(der.sequence(body, ecdsaWithSha256, der.bits(sign('sha256', body, to.signer))));
}

/** Valid from an hour ago, so that a clock which is a little behind does not refuse it. */
function validity(now: Date): Uint8Array {
  const from = new Date(now.getTime() - 60 * 60 * 1000);
  return der.sequence(der.time(from), der.time(new Date(now.getTime() + lifetimeMs)));
}

function name(commonName: string): Uint8Array {
  return der.sequence(der.set(der.sequence(der.oid('2.5.4.3'), der.text(commonName))));
}

function extension(id: string, critical: boolean, value: Uint8Array): Uint8Array {
  return der.sequence(der.oid(id), ...(critical ? [der.boolean(true)] : []), der.octets(value));
}

const authorityBasics = extension('2.5.29.19', true, der.sequence(der.boolean(true)));

const extendedUsage = extension(
  '2.5.29.37',
  false,
  der.sequence(der.oid('1.3.6.1.5.5.7.3.1'), der.oid('1.3.6.1.5.5.7.3.2')),
);

function keyUsage(flags: number, unusedBits: number): Uint8Array {
  return extension('2.5.29.15', true, der.bits(Uint8Array.of(flags), unusedBits));
}

function keyId(keys: KeyPair): Uint8Array {
  return extension('2.5.29.14', false, der.octets(fingerprint(keys)));
}

function issuerKeyId(authority: KeyPair): Uint8Array {
  return extension('2.5.29.35', false, der.sequence(der.implicit(0, fingerprint(authority))));
}

/** Only has to be the same in the authority and in what it signs. */
function fingerprint({ publicKey }: KeyPair): Uint8Array {
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest()
    .subarray(0, 20);
}

function alternativeNames(hosts: readonly string[]): Uint8Array {
  const names = hosts.map((host) =>
    isIPv4(host)
      ? der.implicit(7, Uint8Array.from(host.split('.').map(Number)))
      : der.implicit(2, Buffer.from(host, 'ascii')),
  );
  return extension('2.5.29.17', false, der.sequence(...names));
}

function pem(bytes: Uint8Array): string {
  const lines =
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}
