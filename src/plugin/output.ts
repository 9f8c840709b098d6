import { stringify } from 'yaml';

/** For programs. */
export const printed = (value: unknown, format: 'json' | 'yaml'): string =>
  format === 'json'
    ? `${JSON.stringify(value, undefined, 2)}\n`
    : stringify(value, { aliasDuplicateObjects: false });
