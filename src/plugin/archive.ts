import { gzipSync } from 'node:zlib';

export interface ArchivedFile {
  /** With `/` between folders. */
  readonly path: string;
  readonly content: string | Uint8Array;
  readonly executable?: boolean;
}

const BLOCK = 512;
const LONGEST_NAME = 100;
const LONGEST_PREFIX = 155;

/**
 * A .tar.gz in the ustar format. The same files and time make the same bytes, whoever makes it.
 * @param seconds since the epoch, for every file.
 */
export function tarGz(files: readonly ArchivedFile[], seconds: number): Uint8Array {
  const parts = files.flatMap(({ path, content, executable = false }) => {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    const padding = new Uint8Array((BLOCK - (bytes.byteLength % BLOCK)) % BLOCK);
    return [header(path, bytes.byteLength, executable ? 0o755 : 0o644, seconds), bytes, padding];
  });
  const archive = gzipSync(Buffer.concat([...parts, new Uint8Array(2 * BLOCK)]), { level: 9 });
  archive[9] = 255; // the operating system: any
  return archive;
}

/** https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html, "ustar Interchange Format" */
function header(path: string, size: number, mode: number, seconds: number): Uint8Array {
  const [prefix, name] = split(path);
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, at: number, length: number) =>
    block.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at);
  block.write(name, 0);
  octal(mode, 100, 8);
  octal(0, 108, 8); // user
  octal(0, 116, 8); // group
  octal(size, 124, 12);
  octal(seconds, 136, 12);
  block.write('        ', 148); // the checksum counts as spaces
  block.write('0', 156); // a file
  block.write('ustar\x0000', 257);
  block.write(prefix, 345);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

function split(path: string): readonly [prefix: string, name: string] {
  if (Buffer.byteLength(path) <= LONGEST_NAME) return ['', path];
  for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) {
    const [prefix, name] = [path.slice(0, at), path.slice(at + 1)];
    if (Buffer.byteLength(name) <= LONGEST_NAME && Buffer.byteLength(prefix) <= LONGEST_PREFIX)
      return [prefix, name];
  }
  throw new RangeError(`${path} is too long for an archive`);
}
