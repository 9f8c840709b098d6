/** The few shapes of ASN.1 DER that an X.509 certificate needs (ITU-T X.690). Each gives the encoded bytes. */

export function sequence(...parts: readonly Uint8Array[]): Uint8Array {
  return tagged(0x30, ...parts);
}

export function set(...parts: readonly Uint8Array[]): Uint8Array {
  return tagged(0x31, ...parts);
}

/** A constructed context tag: `[number] EXPLICIT`. */
export function explicit(number: number, ...parts: readonly Uint8Array[]): Uint8Array {
  return tagged(0xa0 + number, ...parts);
}

/** A primitive context tag: `[number] IMPLICIT`. */
export function implicit(number: number, bytes: Uint8Array): Uint8Array {
  return tagged(0x80 + number, bytes);
}

/** A non-negative integer from its big-endian bytes. */
export function integer(bytes: Uint8Array): Uint8Array {
  const negative = ((bytes[0] ?? 0) & 0x80) !== 0;
  return tagged(0x02, ...(negative ? [Uint8Array.of(0)] : []), bytes);
}

export function boolean(value: boolean): Uint8Array {
  return tagged(0x01, Uint8Array.of(value ? 0xff : 0));
}

export function octets(...parts: readonly Uint8Array[]): Uint8Array {
  return tagged(0x04, ...parts);
}

/** Whole bytes as a bit string, without unused bits unless told. */
export function bits(bytes: Uint8Array, unused = 0): Uint8Array {
  return tagged(0x03, Uint8Array.of(unused), bytes);
}

export function text(value: string): Uint8Array {
  return tagged(0x0c, Buffer.from(value, 'utf8'));
}

/** A time to the second: `UTCTime` before 2050, `GeneralizedTime` from then on (RFC 5280, 4.1.2.5). */
export function time(date: Date): Uint8Array {
  const digits = date.toISOString().replaceAll(/[-:T]|\.\d+/g, '');
  return date.getUTCFullYear() < 2050
    ? tagged(0x17, Buffer.from(digits.slice(2)))
    : tagged(0x18, Buffer.from(digits));
}

/** An object identifier from its dotted form. */
export function oid(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return tagged(0x06, Uint8Array.from([first * 40 + second, ...rest.flatMap(base128)]));
}

function base128(value: number): readonly number[] {
  const high: number[] = [];
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) high.unshift((rest & 0x7f) | 0x80);
  return [...high, value & 0x7f];
}

function tagged(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = Buffer.concat(parts);
  return Buffer.concat([Uint8Array.of(tag), length(content.length), content]);
}

function length(value: number): Uint8Array {
  if (value < 0x80) return Uint8Array.of(value);
  return value < 0x100 ? Uint8Array.of(0x81, value) : Uint8Array.of(0x82, value >> 8, value & 0xff);
}
