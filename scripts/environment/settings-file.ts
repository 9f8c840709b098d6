import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';

/**
 * What a server's folder remembers, so that the server comes back as it was: on the same ports, with the same secrets.
 * Read when it is there, else made and written.
 */
export async function rememberedSettings<S extends z.ZodType>(
  folder: string,
  schema: S,
  make: () => Promise<z.infer<S>>,
): Promise<z.infer<S>> {
  const file = join(folder, 'settings.json');
  if (existsSync(file)) return schema.parse(JSON.parse(readFileSync(file, 'utf8')));
  const settings = await make();
  writeFileSync(file, `${JSON.stringify(settings, null, 2)}\n`, { mode: 0o600 });
  return settings;
}
