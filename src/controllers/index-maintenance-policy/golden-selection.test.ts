import { describe, expect, it } from 'vitest';
import { calm, indexOf, policyOf, seenOf, type SpecPart } from '../../../test/support/maintenance-facts.ts';
import type { ArchiveFacts, ListedIndex } from './observed.ts';
import { planOf } from './plan.ts';
import { compileTargets } from './targets.ts';

/**
 * What policies do with a set of names, written down: whoever changes a line of golden-selection.txt changes what is
 * deleted at users' and must mean it (`npx vitest run --project unit golden-selection -u`).
 */
const NOW = Date.parse('2016-03-01T00:00:00Z');

const daysAround = Array.from({ length: 40 }, (_, at) =>
  new Date(NOW + (2 - at) * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '.'),
);
const hours = Array.from({ length: 12 }, (_, at) =>
  new Date(NOW - at * 10_800_000).toISOString().slice(0, 13).replaceAll(/[-T]/g, '.'),
);

const names = [
  ...daysAround.map((day) => `logs-v1-${day}`),
  ...daysAround.slice(0, 20).map((day) => `logs-v2-${day}`),
  ...hours.map((hour) => `hours-${hour}`),
  ...['2015.09', '2015.10', '2015.11', '2015.12', '2016.01', '2016.02', '2016.03', '2016.04', '9999.12'].map(
    (month) => `months-${month}`,
  ),
  ...['2015-w52', '2015-w53', '2016-w01', '2016-w07', '2016-w08', '2016-w09', '2016-w53', '2016-w00'].map(
    (week) => `weeks-${week}`,
  ),
  // H71: impossible dates, two dates, suffixes, longer words, other widths, other letters.
  ...`logs-v1-2016.02.30 logs-v1-2015.02.29 logs-v1-2016.13.01 logs-v1-2016.00.10 logs-v1-2016.01.00 logs-v1-2016.01.32
  logs-v1-2016.1.1 logs-v1-16.01.01 logs-v1-2016.01 logs-v1-2016.01.01.00 logs-v1-2016-01-01 logs-v1-20160101
  logs-v1-2016.01.01-error logs-v1-2016.01.01-2016.01.02 logs-v1-2016.01.01.bak logs-v01-2016.01.01 logs-v-2016.01.01
  logs-v1.5-2016.01.01 logs-vx-2016.01.01 logs-v1-2016.01.01- xlogs-v1-2016.01.01 logs-extra-v1-2016.01.01
  mylogs-v1-2016.01.01 logs2-v1-2016.01.01 logs-v1 logs logs- .logs-v1-2016.01.01 logs-v1-٢٠١٦.01.01
  months-2015.00 months-2015.13 months-2015.1 months-2015.01.01 months-2015.01-error months months-20151
  hours-2016.02.28 hours-2016.02.28.24 hours-2016.02.28.1 weeks-2015-w54 weeks-2015w01 weeks-15-w01 logstash-2016.01.01
  .marvel-2016.01.01 .kibana_1 es-steward-lock es-steward-scratch-12345678 orders-v1 orders-v2 orders-v10 orders-v1-error
  metrics-a metrics-b metrics-2016.01.01 traces-1 traces-2 traces-3 traces-4`
    .split(/\s+/)
    .filter((name) => name !== ''),
];

const special: readonly ListedIndex[] = [
  indexOf('logs-v1-2015.01.01', { aliases: { logs: { is_write_index: true } } }),
  indexOf('logs-v1-2015.01.02', { dataStream: 'logs' }),
  indexOf('logs-v1-2015.01.03', { lifecycleManaged: true }),
  indexOf('logs-v1-2015.01.04', { mounted: true }),
  indexOf('logs-v1-2015.01.05', { hidden: true }),
  indexOf('logs-v1-2015.01.06', { aliases: { alone: {} } }),
  indexOf('logs-v1-2015.01.07', { aliases: { pair: {} } }),
  indexOf('logs-v1-2015.01.08', { aliases: { pair: {} } }),
  indexOf('logs-v1-2015.01.09', { closed: true, figures: undefined }),
  indexOf('logs-v1-2015.01.10'),
  indexOf('logs-v1-2015.01.11'),
  indexOf('logs-v1-2015.01.12'),
  indexOf('logs-v1-2015.01.13', { aliases: { 'logs-2015.01.13': {} } }),
];
const around = {
  ...calm,
  snapshotted: new Set(['logs-v1-2015.01.10']),
  reindexed: new Set(['logs-v1-2015.01.11']),
  reindexedByOthers: new Set(['logs-v1-2015.01.11']),
  written: new Set(['uuid-of-logs-v1-2015.01.12']),
};

const policies: readonly (readonly [string, readonly SpecPart[], SpecPart?])[] = [
  [
    'days',
    [
      {
        name: 'a',
        series: 'logs-v{version}-{date:yyyy.MM.dd}',
        retention: { maxAge: '7d' },
        aliases: [{ name: 'logs-{date:yyyy.MM.dd}' }],
      },
    ],
  ],
  [
    'days, count, floor',
    [
      {
        name: 'a',
        series: 'logs-v{version}-{date:yyyy.MM.dd}',
        retention: { maxCount: 10, maxAge: '3d', minCount: 5 },
      },
    ],
  ],
  [
    'days, nothing skipped',
    [{ name: 'a', series: 'logs-v{version}-{date:yyyy.MM.dd}', retention: { maxAge: '300d' } }],
    { deletion: { skip: [] } },
  ],
  ['months', [{ name: 'a', series: 'months-{date:yyyy.MM}', retention: { maxAge: '31d' } }]],
  ['hours', [{ name: 'a', series: 'hours-{date:yyyy.MM.dd.HH}', retention: { maxAge: '12h' } }]],
  ['weeks', [{ name: 'a', series: "weeks-{date:xxxx-'W'ww}", retention: { maxAge: '7d' } }]],
  [
    'versions',
    [{ name: 'a', series: 'orders-v{version}', age: { from: 'CreationDate' }, retention: { maxCount: 2 } }],
  ],
  ['pattern', [{ name: 'a', pattern: 'metrics-*', exclude: ['*-b'], retention: { maxAge: '30d' } }]],
  ['everything', [{ name: 'a', pattern: '*', retention: { maxAge: '1s' } }]],
  [
    'days with an archive',
    [
      {
        name: 'a',
        series: 'logs-v{version}-{date:yyyy.MM.dd}',
        exclude: ['logs-v2*'],
        retention: { maxAge: '7d' },
        archive: { olderThan: '3d', field: 'date', destination: 'logs-v1-{date:yyyy.MM}' },
      },
    ],
  ],
  [
    'everything with an archive',
    [
      {
        name: 'a',
        pattern: '*',
        archive: { olderThan: '1m', field: 'date', destination: 'months-{date:yyyy.MM}' },
      },
    ],
  ],
  [
    'the defaults of the seed (CI1)',
    [
      { name: 'logstash', series: 'logstash-{date:yyyy.MM.dd}', retention: { maxAge: '7d' } },
      { name: 'marvel', series: '.marvel-{date:yyyy.MM.dd}', retention: { maxAge: '7d' } },
    ],
  ],
];

/** Every other index holds documents that are old enough; of every tenth nobody can tell. */
function archivable(indices: readonly ListedIndex[]): ArchiveFacts {
  const types = indices.flatMap(({ name }, at) =>
    at % 10 === 3 ? [] : [[name, at % 10 === 7 ? 'keyword' : 'date'] as const],
  );
  const old = indices.filter((_, at) => at % 2 === 0);
  return { types: new Map(types), documents: new Map(old.map(({ uuid }) => [uuid, 5])), unread: new Map() };
}

function decisions(targets: readonly SpecPart[], more?: SpecPart): readonly string[] {
  const indices = [...names.map((name) => indexOf(name)), ...special];
  const policy = policyOf(targets, more);
  const seen = seenOf(indices, { around, archive: new Map([['a', archivable(indices)]]) });
  const { deletes, kept, archive } = planOf(policy, compileTargets(policy.spec), seen, NOW);
  return [
    ...archive.flatMap(({ member: { index }, documents, reason = 'Archive' }) =>
      documents > 0 || reason !== 'Archive' ? [`${index.name}: documents ${reason}`] : [],
    ),
    ...deletes.map(({ index }) => `${index.name}: Delete`),
    ...kept.map(({ index, reason }) => `${index}: ${reason}`),
  ].sort();
}

describe('the golden selection', () => {
  it('covers many names, each once', () => {
    expect(new Set(names).size).toBe(names.length);
    expect(names.length + special.length).toBeGreaterThanOrEqual(150);
  });

  it('decides as it is written down, and takes no impossible date for one (H71)', async () => {
    const text = policies.map(([title, targets, more]) =>
      [`## ${title}`, ...decisions(targets, more), ''].join('\n'),
    );
    expect(text.join('\n').split('\n').length).toBeGreaterThan(200);
    await expect(text.join('\n')).toMatchFileSnapshot('golden-selection.txt');
  });
});
