import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';

/**
 * What a server's folder remembers, so that the server comes back as it was: on the same ports, with the same secrets.
 * Read when it is there, else made and written.
 * @throws when it is there and cannot be read, with the cure.
 */
export async function rememberedSettings<S extends z.ZodType>(
  folder: string,
  schema: S,
  make: () => Promise<z.infer<S>>,
): Promise<z.infer<S>> {
  const file = join(folder, 'settings.json');
  if (existsSync(file)) return readSettings(file, schema);
  const settings = await make();
  writeWhole(file, `${JSON.stringify(settings, null, 2)}\n`);
  return settings;
}

function readSettings<S extends z.ZodType>(file: string, schema: S): z.infer<S> {
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    throw new Error(
      `${file} cannot be read, and has the ports and secrets of a server. Start over with ` +
        '`npm run env -- down --wipe`, which deletes the data of the environment.',
      { cause },
    );
  }
}

/** Writes a file for its owner, which is there as a whole or not at all, whenever the writer is killed. */
export function writeWhole(file: string, content: string, mode = 0o600): void {
  const part = `${file}.${process.pid}.part`;
  writeFileSync(part, content, { mode });
  renameSync(part, file);
}
