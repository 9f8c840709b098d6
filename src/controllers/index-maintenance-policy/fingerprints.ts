import { createHash } from 'node:crypto';
import { contentHash } from '../../runtime/content-hash.ts';

/** Characters of a fingerprint: status keeps many of them as one text, without anything between them. */
const WIDTH = 8;

/** 48 bits of a hash. */
const shortened = (text: string): string =>
  createHash('sha256').update(text).digest('base64url').slice(0, WIDTH);

/** Stands for an index in `status.plan.pending`. */
export function indexFingerprint({ name, uuid }: { readonly name: string; readonly uuid: string }): string {
  return shortened(`${name}\n${uuid}`);
}

/** A document with all that must be the same in the archive. */
export interface Content {
  readonly id: string;
  readonly routing: string | undefined;
  readonly source: unknown;
}

/** Stands for id, routing and content: a status shall not tell what users call their documents. */
export function documentFingerprint(content: Content): string {
  return shortened(documentHash(content));
}

/** A fingerprint finds a document; for its deletion nothing less will do than all 256 bits. */
export function documentHash({ id, routing, source }: Content): string {
  return contentHash([id, routing ?? null, source]);
}

/** Those that such a text consists of. */
export function fingerprintsOf(text = ''): ReadonlySet<string> {
  return new Set(
    Array.from({ length: text.length / WIDTH }, (_, at) => text.slice(at * WIDTH, (at + 1) * WIDTH)),
  );
}
