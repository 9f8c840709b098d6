/**
 * Globs whose only special character is `*`: what grants, protected indices and allowed hosts are written in.
 * No regular expression is built from what users write, so no pattern can be slow or mean something else.
 */

/**
 * Whether `pattern` covers `wanted`, a name or itself a pattern; then it is true only if every name that `wanted`
 * can stand for is covered: a `*` in `wanted` is read as a letter that occurs in no name, which only a `*` can absorb.
 * Linear in practice, at worst |pattern| x |wanted|.
 */
export function covers(pattern: string, wanted: string): boolean {
  let p = 0;
  let w = 0;
  let star = -1;
  let resume = 0;
  while (w < wanted.length) {
    if (pattern[p] === '*') {
      star = p++;
      resume = w;
    } else if (pattern[p] === wanted[w]) {
      p++;
      w++;
    } else if (star >= 0) {
      p = star + 1;
      w = ++resume;
    } else {
      return false;
    }
  }
  return isOnlyStars(pattern, p);
}

/** Whether one of the patterns covers `wanted`. For a union too this is exact: the letter for `*` occurs in none of them. */
export function coveredByAny(patterns: readonly string[], wanted: string): boolean {
  return patterns.some((pattern) => covers(pattern, wanted));
}

/** What Elasticsearch would read as more, or as something else, than one name: lists, exclusions, remote clusters, date math. */
const NOT_ONE_NAME = /^[-_+]|^\.{0,2}$|[\s,:<>|"\\/?#]/;

/** Whether `name` stands for itself (or, with `*`, for names of its shape) wherever Elasticsearch takes an index or alias. */
export function isPlainName(name: string): boolean {
  return !NOT_ONE_NAME.test(name);
}

function isOnlyStars(pattern: string, from: number): boolean {
  for (let at = from; at < pattern.length; at++) if (pattern[at] !== '*') return false;
  return true;
}
