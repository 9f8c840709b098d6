import { isDeepStrictEqual } from 'node:util';
import { isObject } from '../json-object.ts';

/** What is so much smaller than another part of the same vector may be lost where all are divided by its length. */
const SMALLEST = 2 ** -120;

/**
 * Whether two notations stand for the same vector, or the same vectors.
 * @param rounding by how much of itself a number of the one may differ from that of the other.
 */
export function isSameVector(one: unknown, other: unknown, rounding: number): boolean {
  if (typeof one === 'string' && typeof other === 'string') return isSameText(one, other);
  if (typeof one === 'string' && Array.isArray(other)) return isWritten(one, other, rounding);
  if (Array.isArray(one) && typeof other === 'string') return isWritten(other, one, rounding);
  if (Array.isArray(one) && Array.isArray(other)) return areSame(one, other, rounding);
  if (!isObject(one) || !isObject(other)) return isSameNumber(one, other, rounding, 0);
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => isSameNumber(one[key], other[key], rounding, 0))
  );
}

function areSame(one: readonly unknown[], other: readonly unknown[], rounding: number): boolean {
  if (one.length !== other.length) return false;
  const most = Math.max(0, ...one.map((member) => (typeof member === 'number' ? Math.abs(member) : 0)));
  return one.every((member, at) =>
    typeof member === 'number'
      ? isSameNumber(member, other[at], rounding, most)
      : isSameVector(member, other[at], rounding),
  );
}

/** Both as a float of 32 bits, more than which no vector has of a number. */
function isSameNumber(one: unknown, other: unknown, rounding: number, most: number): boolean {
  if (typeof one !== 'number' || typeof other !== 'number') return isDeepStrictEqual(one, other);
  const [a, b] = [Math.fround(one), Math.fround(other)];
  return a === b || Math.abs(a - b) <= Math.max(Math.abs(a), Math.abs(b)) * rounding + most * SMALLEST;
}

const HEX = /^[0-9a-f]*$/i;

/** Capitals say nothing in hexadecimal digits, and something else in Base64. */
function isSameText(one: string, other: string): boolean {
  return one === other || (HEX.test(one) && one.toLowerCase() === other.toLowerCase());
}

function isWritten(text: string, numbers: readonly unknown[], rounding: number): boolean {
  const written = numbersIn(text, numbers.length);
  return written !== undefined && areSame(written, numbers, rounding);
}

/** Bytes as hexadecimal digits or Base64, or floats of 32 or 16 bits as Base64: no two of them are of one length. */
function numbersIn(text: string, count: number): readonly number[] | undefined {
  if (text.length === 2 * count && HEX.test(text)) return signed(Buffer.from(text, 'hex'));
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length === count) return signed(bytes);
  if (bytes.length === 4 * count) return each(count, (at) => bytes.readFloatBE(4 * at));
  if (bytes.length === 2 * count) return each(count, (at) => shortFloat(bytes.subarray(2 * at, 2 * at + 2)));
  return undefined;
}

function signed(bytes: Uint8Array): readonly number[] {
  return [...Int8Array.from(bytes)];
}

/** The upper half of a float of 32 bits. */
function shortFloat(half: Uint8Array): number {
  return Buffer.concat([half, Buffer.alloc(2)]).readFloatBE();
}

function each(count: number, read: (at: number) => number): readonly number[] {
  return Array.from({ length: count }, (_, at) => read(at));
}
