const MOST = 5;

/** For people: what comes after many names in a message would be cut off, or read by nobody. */
export function fewNames(names: readonly string[], most = MOST): string {
  const more = names.length > most ? ` and ${names.length - most} more` : '';
  return `${names.slice(0, most).join(', ')}${more}`;
}
