import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { tarGz, type ArchivedFile } from './archive.ts';
import { EXIT, misused, PluginError, type ExitCode } from './failure.ts';
import { collect } from './report-files.ts';
import type { Session } from './session.ts';
import { counted } from './words.ts';

/** Writes a bundle for a bug report: a folder, or one file. */
export async function report(session: Session, args: readonly string[]): Promise<ExitCode> {
  if (args.length > 0)
    throw misused(
      `report takes no names, got ${args.join(' ')}: --namespace or --all-namespaces say what goes in`,
    );
  const { clock, options, out } = session;
  const stamp = new Date(clock.now()).toISOString().replaceAll(/[:.]/g, '-').slice(0, 19);
  const name = `es-steward-report-${stamp}`;
  const to = options.to ?? `${name}.tar.gz`;
  const { files, gaps } = await collect(session);
  const write = to.endsWith('.tar.gz') ? writeArchive : writeFolder;
  writing(to, () => write(to, name, files, Math.floor(clock.now() / 1000)));
  out.write(`Wrote ${counted(files.length, 'file')} to ${to}.\n`);
  for (const gap of gaps) out.write(`Not in it: ${gap}\n`);
  out.write(
    'Secrets were not read, and what looks like one is masked. Look through it before you send it.\n',
  );
  return EXIT.good;
}

function writing(to: string, work: () => void): void {
  try {
    work();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new PluginError(EXIT.usage, `${to} cannot be written: ${reason}. Give another --to`, { cause });
  }
}

function writeFolder(to: string, _name: string, files: readonly ArchivedFile[]): void {
  for (const { path, content } of files) {
    mkdirSync(dirname(join(to, path)), { recursive: true, mode: 0o700 });
    writeFileSync(join(to, path), content, { mode: 0o600 });
  }
}

function writeArchive(to: string, name: string, files: readonly ArchivedFile[], seconds: number): void {
  const inside = files.map((file) => ({ ...file, path: `${name}/${file.path}` }));
  writeFileSync(to, tarGz(inside, seconds), { mode: 0o600 });
}
