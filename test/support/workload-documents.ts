/** Numbers in [0, 1) that are the same for the same seed, so that a run can be told apart from its luck. */
export type Random = () => number;

/** Mulberry32: small, and even enough for choosing documents. */
export function seededRandom(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The mapping of every index that a workload writes to. */
export const workloadMappings = {
  properties: {
    version: { type: 'long' },
    updated: { type: 'date' },
    customer: { type: 'keyword' },
    text: { type: 'text' },
  },
} as const;

/** A document as applications have them: who, when, and some words. The version is what the checker compares. */
export interface WorkloadDocument {
  readonly version: number;
  /** When the application made this version, by its own clock. */
  readonly updated: string;
  readonly customer: string;
  readonly text: string;
}

const SYLLABLES = ['ka', 'ri', 'to', 'men', 'sol', 'va', 'du', 'per', 'lin', 'go', 'sta', 'fe', 'or', 'min'];
/** What the document is without its words, in bytes of JSON. */
const FRAME_BYTES = 100;

/** Long enough that two documents share little of their text, however many there are. */
const TEXT_LENGTH = 1_000_000;

/**
 * Makes documents by their versions. Their words are cut out of one long text: writers that make a document anew for each
 * try must not take the processors from those whom they wait for.
 * @param bytes about how long a document is as JSON.
 */
export function workloadDocuments(bytes: number, random: Random): (version: number) => WorkloadDocument {
  const length = Math.max(bytes - FRAME_BYTES, 10);
  const text = words(TEXT_LENGTH + length, random);
  return (version) => {
    const from = Math.floor(random() * TEXT_LENGTH);
    return {
      version,
      updated: new Date().toISOString(),
      customer: `customer-${Math.floor(random() * 10_000)}`,
      text: text.slice(from, from + length),
    };
  };
}

function words(length: number, random: Random): string {
  const text: string[] = [];
  for (let characters = 0; characters < length; ) {
    const word = `${syllable(random)}${syllable(random)}${syllable(random)}`;
    text.push(word);
    characters += word.length + 1;
  }
  return text.join(' ');
}

function syllable(random: Random): string {
  return SYLLABLES[Math.floor(random() * SYLLABLES.length)] ?? '';
}
