import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** How the image starts the operator; read from the Dockerfile, so that what is measured is what is shipped. */
export interface ImageStart {
  /** Flags of Node. */
  readonly flags: readonly string[];
  /** The settings of malloc. */
  readonly environment: Readonly<Record<string, string>>;
}

export function imageStart(
  dockerfile = readFileSync(join(import.meta.dirname, '../../../Dockerfile'), 'utf8'),
): ImageStart {
  const lines = dockerfile.replaceAll('\\\n', ' ').split('\n');
  const settings = lines
    .filter((line) => line.startsWith('ENV '))
    .flatMap((line) => line.slice('ENV '.length).trim().split(/\s+/));
  const start = lines.find((line) => line.startsWith('ENTRYPOINT '));
  if (start === undefined) throw new Error('the Dockerfile has no ENTRYPOINT');
  const [, ...rest] = JSON.parse(start.slice('ENTRYPOINT '.length)) as readonly string[]; // the form for exec
  return {
    flags: rest.filter((part) => part.startsWith('--')),
    environment: Object.fromEntries(settings.map((setting) => setting.split('=', 2) as [string, string])),
  };
}
