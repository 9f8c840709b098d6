import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findJava, findOnPath } from './toolchain.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'toolchain-'));
  chmodSync(folder, 0o755);
});
afterEach(() => rmSync(folder, { recursive: true }));

function fakeJava(version: string): string {
  const home = join(folder, version);
  mkdirSync(join(home, 'bin'), { recursive: true });
  writeFileSync(join(home, 'bin/java'), '');
  writeFileSync(join(home, 'release'), `IMPLEMENTOR="x"\nJAVA_VERSION="${version}"\n`);
  return home;
}

const java99 = { java: { min: 99, max: 99 } };

describe('findJava', () => {
  it('takes the first named home whose version fits', () => {
    const [old, right] = [fakeJava('98.0.1'), fakeJava('99.0.2')];
    expect(findJava(java99, { ES_JAVA_HOME: old, JAVA_HOME: right })).toBe(right);
  });

  it('reads the versions of Java 8 and older as 8, not as 1', () => {
    const home = fakeJava('1.98.0_292');
    expect(findJava({ java: { min: 98, max: 98 } }, { JAVA_HOME: home })).toBe(home);
  });

  it('refuses a Java that is too new', () => {
    expect(() => findJava(java99, { JAVA_HOME: fakeJava('100') })).toThrow(/needs Java 99/);
  });

  it.runIf(process.getuid?.() === 0)('passes over a home that the user of Elasticsearch cannot enter', () => {
    const home = fakeJava('99');
    chmodSync(folder, 0o700);
    expect(() => findJava(java99, { JAVA_HOME: home })).toThrow(/needs Java 99/);
  });
});

describe('findOnPath', () => {
  it('looks through the folders in their order', () => {
    const [first, second] = [fakeJava('1'), fakeJava('2')].map((home) => join(home, 'bin'));
    expect(findOnPath('java', `/nowhere:${second}:${first}`)).toBe(join(second ?? '', 'java'));
    expect(findOnPath('no-such-program', `${first}:${second}`)).toBeUndefined();
  });
});
