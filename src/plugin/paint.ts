export type Colour = 'green' | 'yellow' | 'red' | 'blue' | 'dim' | 'bold';
/** Puts colour on a text, or leaves it alone where nobody would see it. */
export type Paint = (colour: Colour, text: string) => string;

const CODES: Record<Colour, readonly [number, number]> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [36, 39],
};

export const plain: Paint = (_colour, text) => text;

export const colourful: Paint = (colour, text) => {
  const [on, off] = CODES[colour];
  return text === '' ? '' : `\u001B[${on}m${text}\u001B[${off}m`;
};

/** https://no-color.org: any value of NO_COLOR that is not empty. */
export function paintFor(
  out: { readonly isTTY?: boolean | undefined },
  environment: Readonly<Record<string, string | undefined>>,
): Paint {
  return out.isTTY === true && !environment['NO_COLOR'] && environment['TERM'] !== 'dumb' ? colourful : plain;
}

// Escapes of this file only: nothing else writes any.
// oxlint-disable-next-line no-control-regex
const ESCAPES = /\u001B\[\d+m/g;

/** How many columns a text takes. */
export const widthOf = (text: string): number => Array.from(text.replaceAll(ESCAPES, '')).length;

/** No wider than `width`; what is cut off is told by an ellipsis. For text without colour. */
export function fitted(text: string, width: number): string {
  const letters = Array.from(text);
  return letters.length <= width ? text : `${letters.slice(0, Math.max(0, width - 1)).join('')}…`;
}
