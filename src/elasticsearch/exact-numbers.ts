import { Serializer } from '@elastic/elasticsearch';

/** What `JSON.stringify` writes as it was read. A cast: the types do not know it yet. */
const { rawJSON } = JSON as unknown as { readonly rawJSON: (text: string) => unknown };

class Inexact {
  readonly value: number;
  readonly source: string;
  constructor(value: number, source: string) {
    this.value = value;
    this.source = source;
  }
}

/**
 * Numbers of documents that a double cannot hold stay what they are, so that two documents never look the same for them,
 * and whoever writes such a document on writes the very number.
 */
export class ExactSerializer extends Serializer {
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the signature is the client's
  override deserialize<T = unknown>(json: string): T {
    const otherwise = () => super.deserialize<T>(json);
    // A cast: whoever asks says what comes, as with the client's own serializer.
    return mayBeInexact(json) ? (parseExactly(json, otherwise) as T) : otherwise();
  }
}

/** Seventeen digits or a long exponent, and documents: other answers are parsed as ever, and no slower. */
const mayBeInexact = (json: string): boolean =>
  json.includes('"_source"') && /\d[\d.]{15,}|\d[eE][+-]?\d{3}/u.test(json);

type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;

/** @param otherwise throws the client's own error for what is no JSON. */
function parseExactly(json: string, otherwise: () => unknown): unknown {
  // A cast: the types do not know yet that a reviver is told the source of a number.
  const parse = JSON.parse as (text: string, reviver: Reviver) => unknown;
  try {
    const reviver: Reviver = (_key, value, { source }) =>
      typeof value === 'number' && source !== undefined && decimalOf(source) !== decimalOf(String(value))
        ? new Inexact(value, source)
        : value;
    return settled(parse(json, reviver), false);
  } catch {
    return otherwise();
  }
}

/** Only documents are told: to all others a number stays a number. */
function settled(value: unknown, isDocument: boolean): unknown {
  if (value instanceof Inexact) return isDocument ? rawJSON(value.source) : value.value;
  if (Array.isArray(value)) return value.map((each) => settled(each, isDocument));
  if (value === null || typeof value !== 'object') return value;
  const members = Object.entries(value);
  return Object.fromEntries(
    members.map(([key, member]) => [key, settled(member, isDocument || key === '_source')]),
  );
}

/** One text for each number, however it is written: its digits without zeros at the ends, and where they begin. */
function decimalOf(source: string): string {
  const [mantissa = '', exponent = '0'] = source.replace(/^-/u, '').toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const digits = (whole + fraction).replace(/^0+/u, '');
  const significant = digits.replace(/0+$/u, '');
  if (significant === '') return '0';
  const scale = Number(exponent) - fraction.length + digits.length - significant.length;
  return `${source.startsWith('-') ? '-' : ''}${significant}e${scale}`;
}
