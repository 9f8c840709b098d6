import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { imageStart } from './image.ts';

it('reads flags and settings from a Dockerfile', () => {
  const dockerfile =
    'FROM base\nENV A=1 \\\n    B_=22\nENTRYPOINT ["/bin/node", "--x=4", "--no-y", "/app/main.js"]\n';
  expect(imageStart(dockerfile)).toEqual({ flags: ['--x=4', '--no-y'], environment: { A: '1', B_: '22' } });
});

it('fails without a start', () => {
  expect(() => imageStart('FROM base\n')).toThrow('no ENTRYPOINT');
});

it('has settings that malloc knows, and flags that Node takes', async () => {
  const { flags, environment } = imageStart();
  const known = /^MALLOC_(ARENA_MAX|MMAP_THRESHOLD_|MMAP_MAX_|TRIM_THRESHOLD_|TOP_PAD_)$/;
  expect(Object.keys(environment).filter((name) => !known.test(name))).toEqual([]);
  await promisify(execFile)(process.execPath, [...flags, '--eval', '']);
});
