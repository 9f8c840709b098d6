import { stringify } from 'yaml';
import type { ArchivedFile } from './archive.ts';
import { safe } from './safe.ts';

/** Notes what could not be read: a report with a gap is better than none. */
export type Try = <T>(what: string, work: () => Promise<T>, otherwise: T) => Promise<T>;

/** An object as it may leave. */
export const yamlFile = (path: string, value: unknown): ArchivedFile => ({
  path,
  content: stringify(safe(value), { aliasDuplicateObjects: false, lineWidth: 0 }),
});
