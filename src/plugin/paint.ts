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

/** Two columns each: the scripts of East Asia, what is written as wide as they are, and pictures. Halfwidth forms take one. */
const WIDE =
  /(?![\uFF61-\uFFDC])[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Bopomofo}\p{Emoji_Presentation}\u3000-\u303E\uFF01-\uFF60\uFFE0-\uFFE6]/u;
/** Accents that stand on the letter before them. The selector of a picture counts, as it may make that letter wider. */
const NONE = /(?!\uFE0F)[\p{Mn}\p{Me}\u200B-\u200D]/u;

const columnsOf = (letter: string): number => (NONE.test(letter) ? 0 : WIDE.test(letter) ? 2 : 1);

/** How many columns a text takes: rather too many than too few. */
export const widthOf = (text: string): number =>
  Array.from(text.replaceAll(ESCAPES, '')).reduce((sum, letter) => sum + columnsOf(letter), 0);

/** No wider than `width`; what is cut off is told by an ellipsis. For text without colour. */
export function fitted(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  if (width < 1) return '';
  let kept = '';
  for (const letter of text) {
    if (widthOf(kept + letter) >= width) break;
    kept += letter;
  }
  return `${kept}…`;
}

/** Exactly `width` columns, or more when it is wider. */
export const padded = (text: string, width: number): string =>
  text + ' '.repeat(Math.max(0, width - widthOf(text)));
