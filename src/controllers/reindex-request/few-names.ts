const MOST = 5;

/** For people: what comes after many names in a message would be cut off, or read by nobody. */
export function fewNames(names: readonly string[]): string {
  const more = names.length > MOST ? ` and ${names.length - MOST} more` : '';
  return `${names.slice(0, MOST).join(', ')}${more}`;
}
