import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineCrd } from '../../../src/crds/define.ts';
import { duration } from '../../../src/crds/duration.ts';
import {
  exactlyOneOf,
  freeForm,
  immutable,
  intOrPercent,
  mapOf,
  object,
  record,
  setOf,
  text,
  time,
  withRules,
} from '../../../src/crds/fields.ts';
import { customResourceDefinition } from '../../../src/crds/manifest.ts';
import { cronSchedule, timeZone } from '../../../src/crds/schedule.ts';
import { seriesTemplate } from '../../../src/crds/series.ts';
import { commonStatus } from '../../../src/crds/shared.ts';
import { size } from '../../../src/crds/size.ts';
import { environment } from '../../support/environment.ts';
import { apiServer, applyCrd, causesOf, pathOf, removeCrd } from './api-server.ts';
import type { Json } from './mutations.ts';

const send = apiServer(environment().kubeconfig);

const part = object('d', { key: text(5).describe('d'), on: z.boolean().default(true).describe('d') });
const optional = { a: z.boolean().optional().describe('d'), namespace: z.boolean().optional().describe('d') };

/** A kind of these tests alone, with each building block once. */
const specimen = defineCrd({
  kind: 'Specimen',
  plural: 'specimens',
  shortNames: [],
  description: 'A kind that exists in tests only.',
  spec: object('d', {
    duration: duration('5s', '400d').optional().describe('d'),
    size: size('1Ki', '1Ti').optional().describe('d'),
    schedule: cronSchedule('d').optional(),
    timeZone: timeZone('d').optional(),
    series: seriesTemplate('d').optional(),
    share: intOrPercent(20).optional().describe('d'),
    set: setOf(text(5)).optional().describe('d'),
    map: mapOf('key', part).optional().describe('d'),
    record: record(text(5), 2).optional().describe('d'),
    free: freeForm(2, 1).optional().describe('d'),
    time: time('d').optional(),
    one: exactlyOneOf(object('d', optional), 'a', 'namespace').optional(),
    within: object('d', { on: z.boolean().default(true).describe('d') }).prefault({}),
    opaque: withRules(
      object('d', { value: text(5).describe('d') })
        .partial()
        .meta({ description: 'd', 'x-kubernetes-preserve-unknown-fields': true }),
      immutable('opaque'),
    ).optional(),
    declared: withRules(object('d', { value: freeForm().describe('d') }), immutable('declared')).optional(),
  }),
  status: object('d', commonStatus),
  columns: [],
  conditions: [],
});

const crd = customResourceDefinition(specimen);
const path = pathOf(specimen);
const named = (name: string, spec: Record<string, Json>) => ({
  apiVersion: `${specimen.group}/${specimen.version}`,
  kind: specimen.kind,
  metadata: { name },
  spec,
});

beforeAll(() => applyCrd(send, crd));
afterAll(() => removeCrd(send, crd));

const values: Readonly<Record<string, readonly Json[]>> = {
  duration:
    'good 5s 4s 400d 400d1s 9600h 9601h 1d2h3m4s 90m 0d5s 05s 000000005s 1234567890s d 5 1w -9s +9s 30m1h 1h1h 1.5h 9S ١s 999999999d 999999999h'
      .split(' ')
      .concat('', '1 h', '9s\n'),
  size: [
    '1Ki',
    '1023',
    '1024',
    '1Ti',
    '1024Gi',
    '1025Gi',
    '1Pi',
    '0',
    '',
    '1K',
    '1k',
    '1ki',
    '-1Ki',
    '1.5Gi',
    '1e3',
    'Gi',
    1024,
  ],
  schedule: [
    '0 */6 * * *',
    '@weekly',
    '@DAILY',
    '@every 5m',
    '@reboot',
    '@midnight',
    '',
    ' ',
    '* * * *',
    '* * * * * *',
    ' 0\t0  * * *\n',
    '0\u00a00 * * *',
    '60 * * * *',
    '059 * * * *',
    '1, * * * *',
    '*/0 * * * *',
    '*/59,5-59/10 * * * *',
    '*/60 * * * *',
    '5/10 * * * *',
    '09-08 * * * *',
    '08-09 23 31 12 0',
    '0 24 * * *',
    '0 0 0 * *',
    '0 0 L * *',
    '0 0 15W * *',
    '0 0 ? * *',
    'jan * * * *',
    '0 0 30 2 *',
    '0 0 * JAN,feb-Dec/2 Mon-5',
    '0 0 * feb-jan *',
    '0 0 * * fri-sun',
    '0 0 * * sun-mon',
    '0 0 * * sat-sun,sun-sat/7',
    '0 0 * * fri-mon',
    '0 0 * * 5-7',
    '0 0 * * 8',
    '0 0 * * fri#2',
    '0 0 * * sund',
    'CRON_TZ=UTC 0 0 * * *',
    1,
  ],
  timeZone:
    'UTC Etc/UTC Europe/Berlin America/Argentina/Buenos_Aires Asia/Kathmandu US/Eastern Etc/GMT+1 GMT EST5EDT Europe Mars/Phobos +01:00 Local Factory ../UTC'
      .split(' ')
      .concat('', 'Europe/Berlin '),
  series: [
    'logs-v{version}-{date:yyyy.MM.dd}',
    "logs-{date:xxxx-'W'ww}-*",
    '{date:yyyyMMddHH}',
    '{date:dd-MM-yyyy}',
    'add-*-{date:yyyy}',
    'logs',
    '',
    'Logs-{date:yyyy}',
    '-logs',
    'lo gs',
    'logs-{date:YYYY.MM}',
    'logs-{date:yy}',
    'logs-{date:yyy}',
    'logs-{date:MM}',
    'logs-{date:yyyy.dd}',
    'logs-{date:yyyy.ww}',
    'logs-{date:xxxx}',
    'logs-{date:yyyy.yyyy}',
    'logs-{date:}',
    'logs-{date}',
    'logs-{foo}',
    'logs-{',
    'logs-}',
    'logs-{version}{date:yyyy}',
    'logs-{version}*',
    'logs1{version}',
    '{date:yyyy}0',
    '{version}-{version}',
    '{date:yyyy}-{date:yyyy}',
  ],
  share: [
    0,
    20,
    21,
    -1,
    1.5,
    '0%',
    '100%',
    '101%',
    '05%',
    '5',
    '%',
    '-5%',
    '1.5%',
    '',
    '100000%',
    true,
    2 ** 40,
  ],
  set: [[], ['a'], ['a', 'a'], ['a', 'A'], ['toolong'], [1], 'a', [['a']]],
  map: [
    [],
    [{ key: 'a' }],
    [{ key: 'a' }, { key: 'b' }],
    [{ key: 'a' }, { key: 'a' }],
    [{}],
    [{ key: 1 }],
    [{ key: 'a', on: 1 }],
  ],
  record: [
    {},
    { a: 'b' },
    { a: '', b: '', c: '' },
    { a: 'toolong' },
    { ['k'.repeat(255)]: '' },
    { ['k'.repeat(256)]: '' },
    { a: 1 },
    [],
  ],
  free: [{ a: 1 }, {}, { a: 1, b: 2, c: 3 }, { a: { b: { c: [1.5, 'x', { d: false }] } } }, [], 'a', 1],
  time: [
    '2026-11-24T17:00:00Z',
    '2026-11-24T17:00:00.123+01:00',
    '2026-02-30T00:00:00Z',
    '2026-11-24',
    'now',
    '',
    0,
  ],
  one: [{}, { a: true }, { namespace: false }, { a: true, namespace: true }, { a: 'x' }],
  within: [{}, { on: false }, { on: 1 }, 'on'],
};

describe.each(Object.entries(values))('a field of the sort %s', (field, candidates) => {
  it.each(candidates.map((value) => [JSON.stringify(value).slice(0, 40), value] as const))(
    'gets one verdict from both judges: %s',
    async (_shown, value) => {
      const answer = await send('POST', `${path}?dryRun=All`, named('specimen', { [field]: value }));
      const read = specimen.spec.safeParse({ [field]: value });
      expect([answer.status, causesOf(answer).length > 0]).toEqual(read.success ? [201, false] : [422, true]);
    },
  );
});

describe('equality of free-form objects on the server', () => {
  const exchanged = async (field: string, before: Json, after: Json): Promise<number> => {
    const name = `exchange-${field}`;
    await send('DELETE', `${path}/${name}`);
    expect((await send('POST', path, named(name, { [field]: before }))).status).toBe(201);
    const answer = await send(
      'PATCH',
      `${path}/${name}?dryRun=All`,
      { spec: { [field]: after } },
      'application/merge-patch+json',
    );
    return answer.status;
  };

  it('misses an exchanged member where unknown members are merely preserved', async () => {
    expect(await exchanged('opaque', { a: 1 }, { a: null, b: 1 })).toBe(200);
  });

  it.each([
    ['an exchanged member', { a: 1 }, { a: null, b: 1 }],
    ['an exchanged value', { a: 1 }, { a: 2 }],
    ['an exchanged value far below', { a: { b: [{ c: 'x' }] } }, { a: { b: [{ c: 'y' }] } }],
    ['an exchanged name far below', { a: { b: { c: 1 } } }, { a: { b: { c: null, d: 1 } } }],
  ])('sees %s where members are declared', async (_what, before, after) => {
    expect(await exchanged('declared', { value: before }, { value: after })).toBe(422);
  });
});
