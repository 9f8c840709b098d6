const MOST = 5;

/** For people: what comes after many names in a message would be cut off, or read by nobody. */
export function fewNames(names: readonly string[], most = MOST): string {
  const more = names.length > most ? ` and ${names.length - most} more` : '';
  return `${names.slice(0, most).join(', ')}${more}`;
}

const FIRST = 3;

/** The same where it is not known how many there are, as of a list that status keeps the beginning of. Fits into an Event. */
export function firstNames(names: readonly string[]): string {
  return `${names.slice(0, FIRST).join(', ')}${names.length > FIRST ? ' and others' : ''}`;
}
