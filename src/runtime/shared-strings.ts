/** Longer ones are hardly ever the same in two objects. */
const LONGEST = 100;
/** Uids and versions pass through as well; what many objects have in common is soon known again. */
const CAPACITY = 500;

const known = new Map<string, string>();

/**
 * Lets equal strings of many objects be one, in place: each parsed object brings its own copy of an API version, a
 * reason, a time. Only for what was parsed from JSON and belongs to the caller.
 */
export function shareStrings(value: object): void {
  const members = value as Record<string, unknown>; // an array is one as well, by its indexes
  for (const key of Object.keys(members)) {
    const member = members[key];
    if (typeof member === 'string') members[key] = shared(member);
    else if (typeof member === 'object' && member !== null) shareStrings(member);
  }
}

function shared(text: string): string {
  if (text.length > LONGEST) return text;
  const first = known.get(text);
  if (first !== undefined) return first;
  if (known.size >= CAPACITY) known.clear();
  known.set(text, text);
  return text;
}
