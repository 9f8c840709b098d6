/** The text of bytes that arrived in pieces. A single piece, as nearly always, is read where it lies. */
export function textOf(pieces: readonly Uint8Array[]): string {
  const [first] = pieces;
  if (first === undefined || pieces.length > 1) return Buffer.concat(pieces).toString('utf8');
  return Buffer.from(first.buffer, first.byteOffset, first.byteLength).toString('utf8');
}
