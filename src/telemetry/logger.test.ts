import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { createLogger } from './logger.ts';
import type { Logger } from './logger.ts';

const CANARY = 'c4n4ry-s3cret';

function lines(write: (log: Logger) => void): readonly Record<string, unknown>[] {
  const written: string[] = [];
  write(createLogger({ level: 'info', destination: { write: (line) => void written.push(line) } }));
  return written.map((line) => JSON.parse(line) as Record<string, unknown>);
}

it('writes one JSON object with time, level and message per line', () => {
  const [line] = lines((log) => log.child({ kind: 'ReindexRequest' }).info({ name: 'a' }, 'pass done'));
  expect(line).toMatchObject({ level: 'info', kind: 'ReindexRequest', name: 'a', message: 'pass done' });
  expect(Date.parse(String(line?.['time']))).not.toBeNaN();
});

it('has written a line when the call returns, whatever ends the process next', () => {
  const program = `
    import { createLogger } from '${import.meta.dirname}/logger.ts';
    createLogger({ level: 'info' }).info({}, 'last words');
    process.kill(process.pid, 'SIGKILL');
  `;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', program]);
  expect(stdout.toString()).toContain('last words');
});

it('leaves out what is below the level', () => {
  expect(lines((log) => log.debug({}, 'detail'))).toEqual([]);
});

it.each(['err', 'error'])('tells type, message, code and cause of an error in "%s"', (name) => {
  const error = Object.assign(new TypeError('no answer', { cause: new Error('reset') }), {
    code: 'ECONNRESET',
  });
  const [line] = lines((log) => log.warn({ [name]: error }, 'failed'));
  expect(line?.[name]).toMatchObject({ type: 'TypeError', message: 'no answer', code: 'ECONNRESET' });
  expect(line?.[name]).toHaveProperty('cause.message', 'reset');
});

it.each<[string, (log: Logger) => void]>([
  ['a member with the name of a secret', (log) => log.info({ auth: { password: CANARY } }, 'm')],
  ['a header', (log) => log.info({ headers: { Authorization: `Basic ${CANARY}` } }, 'm')],
  ['a list', (log) => log.info({ all: [{ api_key: CANARY }] }, 'm')],
  ['a child', (log) => log.child({ token: CANARY }).info({}, 'm')],
  ['a URL', (log) => log.info({ url: `https://elastic:${CANARY}@es:9200/` }, 'm')],
  ['a message', (log) => log.info({}, `sent Authorization: Bearer ${CANARY}`)],
  ['bytes', (log) => log.info({ data: Buffer.from(CANARY) }, 'm')],
  ['an error of an HTTP client', (log) => log.error({ error: clientError() }, 'm')],
  ['an error among the fields of a child', (log) => log.child({ err: clientError() }).info({}, 'm')],
  ['the cause of an error', (log) => log.error({ error: new Error('outer', { cause: clientError() }) }, 'm')],
  [
    'a private key',
    (log) => log.info({ pem: `-----BEGIN PRIVATE KEY-----\n${CANARY}\n-----END PRIVATE KEY-----` }, 'm'),
  ],
])('never tells a secret in %s', (_where, write) => {
  const written = JSON.stringify(lines(write));
  expect(written).toContain('"level"');
  expect(written).not.toContain(CANARY);
  expect(written).not.toContain(Buffer.from(CANARY).toString('base64'));
});

function clientError(): Error {
  return Object.assign(new Error(`https://u:${CANARY}@es failed`), {
    meta: { request: { headers: { authorization: CANARY }, body: CANARY } },
  });
}

it('ends at a cycle', () => {
  const cyclic: Record<string, unknown> = {};
  cyclic['self'] = cyclic;
  expect(lines((log) => log.info({ cyclic }, 'm'))).toHaveLength(1);
});
