import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tarGz } from './archive.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'es-steward-archive-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const long = `report/${'namespace'.repeat(8)}/${'name'.repeat(20)}.yaml`;
const files = [
  { path: 'report/a.txt', content: 'ä\n' },
  { path: long, content: 'x'.repeat(513) },
  { path: 'report/empty', content: '' },
  { path: 'report/run', content: '#!/bin/sh\n', executable: true },
];

describe('an archive', () => {
  it('is unpacked by tar as it was packed', () => {
    const file = join(folder, 'report.tar.gz');
    writeFileSync(file, tarGz(files, 1_700_000_000));
    execFileSync('tar', ['xzf', file, '-C', folder]);
    for (const { path, content } of files) expect(readFileSync(join(folder, path), 'utf8')).toBe(content);
    expect(statSync(join(folder, 'report/run')).mode & 0o777).toBe(0o755);
    expect(statSync(join(folder, 'report/a.txt')).mtimeMs).toBe(1_700_000_000_000);
  });

  it('is the same bytes each time', () => {
    expect(tarGz(files, 5)).toEqual(tarGz(files, 5));
  });

  it('refuses a name that its format cannot hold', () => {
    expect(() => tarGz([{ path: 'x'.repeat(120), content: '' }], 0)).toThrow(RangeError);
  });
});
