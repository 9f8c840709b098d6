import {
  type Arbitrary,
  array,
  boolean,
  constantFrom,
  integer,
  option,
  record,
  stringMatching,
} from 'fast-check';
import type { Spec } from './mutations.ts';

export const minimal: Spec = {
  connectionRef: { name: 'main' },
  mode: 'DryRun',
  targets: [{ name: 'logs', pattern: 'logs-*' }],
};

export const whole: Spec = {
  connectionRef: { name: 'main', namespace: 'search' },
  mode: 'Enforce',
  suspend: true,
  schedule: '*/15 * * * *',
  timeZone: 'Europe/Berlin',
  startingDeadline: '10m',
  targets: [
    {
      name: 'logs',
      series: 'logs-v{version}-{date:yyyy.MM.dd}',
      exclude: ['logs-v1-2016*', '*-audit'],
      age: { from: 'IndexName' },
      aliases: [
        { name: 'logs' },
        { name: 'logs-today', window: '1d', writeIndex: 'Newest' },
        { name: 'logs-{date:yyyy.MM.dd}', latestVersionOnly: false },
        { name: 'logs-errors', filter: { term: { level: 'error' } } },
        { name: 'Logs' },
        { name: 'Logs-{date:yyyy}' },
      ],
      retention: { maxAge: '90d', maxCount: 100, maxTotalSize: '500Gi', minCount: 7 },
      beforeDelete: {
        requireSnapshot: { repository: 'backups', scheduleRef: { name: 'nightly' }, maxAge: '7d' },
      },
    },
    {
      name: 'traces',
      pattern: 'traces-*',
      age: { from: 'MaxTimestamp', field: '@timestamp' },
      retention: { maxAge: '30d' },
      archive: {
        olderThan: '1825d',
        field: '@timestamp',
        query: { term: { kept: true } },
        destination: 'traces-archive-{date:yyyy}',
        batchSize: 500,
        maxDocumentsPerRun: 1_000_000,
      },
    },
    {
      name: 'orders',
      series: 'orders-v{version}',
      age: { from: 'CreationDate' },
      retention: { maxCount: 3 },
    },
  ],
  deletion: {
    maxDeletes: '25%',
    approval: 'Always',
    approvedPlan: '0123456789abcdef',
    minHealth: 'green',
    skip: ['Hidden'],
  },
  historyLimit: 50,
};

const maybe = <Value>(value: Arbitrary<Value>): Arbitrary<Value> =>
  option(value, { nil: undefined }) as Arbitrary<Value>;
const retention = record({
  maxAge: maybe(constantFrom('1s', '90d', '36500d')),
  maxCount: maybe(integer({ min: 1, max: 1_000_000 })),
  maxTotalSize: maybe(constantFrom('1', '500Mi', '1024Pi')),
  minCount: maybe(integer({ min: 0, max: 1_000_000 })),
});
const aliases = (names: readonly string[]) =>
  array(
    record({
      name: constantFrom(...names),
      window: maybe(constantFrom('All', '0d', '1d', '1h30m')),
      filter: maybe(constantFrom<Spec>({ term: { a: 1 } }, { match_all: {} })),
      latestVersionOnly: maybe(boolean()),
      writeIndex: maybe(constantFrom('None', 'Newest')),
    }),
    { maxLength: 3 },
  ).map((all) => all.filter(({ name }, at) => all.findIndex((other) => other.name === name) === at));

const archive = record({
  olderThan: constantFrom('1m', '1825d', '36500d'),
  field: constantFrom('date', '@timestamp', 'a.b'),
  query: maybe(constantFrom<Spec>({ term: { a: 1 } }, { match_all: {} })),
  destination: constantFrom('archive', 'archive-{date:yyyy}', "{date:xxxx-'w'ww}-old"),
  batchSize: maybe(integer({ min: 1, max: 10_000 })),
  maxDocumentsPerRun: maybe(integer({ min: 1, max: 1_000_000_000 })),
});

const series = record({
  name: stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/),
  series: constantFrom(
    'logs-v{version}-{date:yyyy.MM.dd}',
    "w-{date:xxxx-'W'ww}",
    '*-{date:yyyyMMddHH}',
    'a{date:yyyy}b',
    'm-{date:yyyy-MM}-v{version}',
  ),
  exclude: maybe(constantFrom(['a*'], ['*-old', 'b'])),
  age: maybe(constantFrom<Spec>({ from: 'IndexName' }, { from: 'CreationDate' })),
  aliases: maybe(aliases(['logs', 'logs-{date:yyyy.MM.dd}', 'grün'])),
  retention: maybe(retention),
});
const pattern = record({
  name: stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/),
  pattern: constantFrom('logs-*', 'a', '*', '.x*'),
  age: maybe(constantFrom<Spec>({ from: 'MaxTimestamp', field: '@timestamp' }, { from: 'CreationDate' })),
  aliases: maybe(aliases(['logs', 'all'])),
  retention: maybe(retention),
  archive: maybe(archive),
});

export const good: Arbitrary<Spec> = record({
  connectionRef: constantFrom<Spec>({ name: 'main' }, { name: 'a.b-c', namespace: 'x' }),
  mode: constantFrom('DryRun', 'Enforce'),
  suspend: maybe(boolean()),
  schedule: maybe(constantFrom('@daily', '5 4 * * 1-5')),
  timeZone: maybe(constantFrom('Etc/UTC', 'America/New_York')),
  startingDeadline: maybe(constantFrom('1s', '30d')),
  targets: record({ first: series, second: maybe(pattern) }).map(({ first, second }) =>
    second === undefined || second.name === first.name ? [first] : [first, second],
  ),
  deletion: maybe(
    record({
      maxDeletes: maybe(constantFrom<string | number>(0, 20, 100_000, '0%', '25%', '100%')),
      approval: maybe(constantFrom('OnLimit', 'Always', 'Never')),
      approvedPlan: maybe(constantFrom('0123456789abcdef', 'abcdef01')),
      minHealth: maybe(constantFrom('green', 'yellow', 'red')),
      skip: maybe(constantFrom<readonly string[]>([], ['Hidden'], ['MountedSnapshot', 'LifecycleManaged'])),
    }),
  ),
  historyLimit: maybe(integer({ min: 0, max: 50 })),
}).map((spec) => JSON.parse(JSON.stringify(spec)) as Spec);

const withTarget = (part: Spec): Spec => ({ ...minimal, targets: [part] });
const inSeries = (value: string): Spec => withTarget({ name: 'a', series: value });
const withAlias = (part: Spec): Spec =>
  withTarget({ name: 'a', series: 'logs-{date:yyyy.MM.dd}', aliases: [part] });
const withRetention = (part: Spec): Spec => withTarget({ name: 'a', pattern: 'a-*', retention: part });
const withArchive = (part: Spec): Spec =>
  withTarget({
    name: 'a',
    pattern: 'a-*',
    archive: { olderThan: '90d', field: 'date', destination: 'archive', ...part },
  });
const withDeletion = (part: Spec): Spec => ({ ...minimal, deletion: part });

export const handPickedGood: readonly Spec[] = [
  minimal,
  whole,
  inSeries('v{version}'),
  inSeries('logs{date:yyyy}'),
  inSeries("logs-{date:xxxx'w'ww}"),
  inSeries("logs-{date:yyyy'm'MM'd'dd}"),
  inSeries('logs-{date:dd.MM.yyyy}'),
  inSeries('ä-{date:yyyyMMdd}'),
  inSeries('.internal-{date:yyyy.MM.dd.HH}'),
  inSeries('a*b-{version}-c'),
  withAlias({ name: 'a' }),
  withAlias({ name: 'a1-{date:yyyy.MM}-x' }),
  withAlias({ name: '.a' }),
  withAlias({ name: '..a' }),
  withAlias({ name: '{date:yyyy.MM}' }),
  withAlias({ name: 'a', window: '0d' }),
  withRetention({}),
  withArchive({}),
  withArchive({ destination: 'archive-{date:yyyy.MM}' }),
  withDeletion({}),
  withDeletion({ skip: [] }),
  { ...minimal, targets: Array.from({ length: 50 }, (_, at) => ({ name: `t${at}`, pattern: `p${at}-*` })) },
  {
    ...minimal,
    targets: [
      {
        name: 'a',
        series: 'b-{version}',
        age: { from: 'CreationDate' },
        aliases: [{ name: 'b', window: '1d' }],
      },
    ],
  },
];

const without = (gone: string): Spec =>
  Object.fromEntries(Object.entries(minimal).filter(([key]) => key !== gone));

const badSeries = [
  '',
  'logs-{',
  'logs-}',
  'logs-{}',
  'logs-{date}',
  'logs-{date:}',
  'logs-{date:yyyy.mm.dd}',
  'logs-{date:YYYY.MM.dd}',
  'logs-{date:MM}',
  'logs-{date:yyyy.dd}',
  'logs-{date:yyyy.MM.dd.HH.mm}',
  'logs-{date:xxxx}',
  'logs-{date:yyyy-ww}',
  "logs-{date:yyyy'}",
  'logs-{Version}',
  'logs-{name}',
  'logs-{version}{date:yyyy}',
  'logs-{version}-{version}',
  'logs-{date:yyyy}-{date:yyyy.MM}',
  'logs-1{version}',
  'logs-{version}1',
  'logs-{date:yyyy}01',
  '9{date:yyyy}',
  'logs-*{date:yyyy}',
  'logs-{date:yyyy}*',
  '-logs-{version}',
  'Logs-{version}',
  'logs {version}',
  'logs,{version}',
  'logs/{version}',
  'logs?{version}',
  'logs#{version}',
  'a:logs-{version}',
  'logs-{version}\n',
  `${'a'.repeat(250)}{version}`,
];

const badPatterns = [
  '',
  'A-*',
  '-a',
  'a b',
  'a,b',
  'a/b',
  'a?',
  'a#',
  'a:b',
  'a|b',
  'a"b',
  'a<b',
  'x'.repeat(256),
];

const badArchives: readonly Spec[] = [
  { olderThan: '5y' },
  { olderThan: '59s' },
  { field: '' },
  { field: '*' },
  { field: 'a,b' },
  { destination: '' },
  { destination: 'Archive' },
  { destination: 'archive-*' },
  { destination: '_archive' },
  { destination: 'archive-{version}' },
  { destination: 'archive-{date:MM}' },
  { query: {} },
  { query: { term: { a: 1 }, match_all: {} } },
  { batchSize: 0 },
  { batchSize: 10_001 },
  { maxDocumentsPerRun: 0 },
];

const badAliases: readonly Spec[] = [
  {},
  { name: '' },
  { name: 'a*' },
  { name: 'a b' },
  { name: 'a,b' },
  { name: 'a{version}' },
  { name: 'a{date:MM}' },
  { name: 'a1{date:yyyy}' },
  { name: '_a' },
  { name: '+a-{date:yyyy}' },
  { name: '-{date:yyyy}' },
  { name: '.' },
  { name: '..' },
  { name: 'a{date:yyyy}1' },
  { name: 'a'.repeat(256) },
  { name: 'a', window: '' },
  { name: 'a', window: 'all' },
  { name: 'a', window: '1w' },
  { name: 'a', window: '-1d' },
  { name: 'a', window: 1 },
  { name: 'a', filter: {} },
  { name: 'a', filter: { a: 1, b: 2 } },
  { name: 'a', filter: 'x' },
  { name: 'a', latestVersionOnly: 'yes' },
  { name: 'a', writeIndex: 'Oldest' },
];

const badRetentions: readonly Spec[] = [
  { maxAge: '0s' },
  { maxAge: '90' },
  { maxAge: '1w' },
  { maxAge: '-1d' },
  { maxAge: '36501d' },
  { maxAge: 90 },
  { maxCount: 0 },
  { maxCount: -1 },
  { maxCount: 1.5 },
  { maxCount: '3' },
  { maxCount: 1_000_001 },
  { maxTotalSize: '0' },
  { maxTotalSize: '1GB' },
  { maxTotalSize: '1.5Gi' },
  { maxTotalSize: 5 },
  { minCount: -1 },
  { minCount: '1' },
];

const badDeletions: readonly Spec[] = [
  { maxDeletes: -1 },
  { maxDeletes: 1.5 },
  { maxDeletes: '20' },
  { maxDeletes: '101%' },
  { maxDeletes: '-1%' },
  { maxDeletes: '5.5%' },
  { maxDeletes: 100_001 },
  { maxDeletes: true },
  { approval: 'onlimit' },
  { approval: '' },
  { approvedPlan: '' },
  { approvedPlan: 'abc' },
  { approvedPlan: 'ABCDEF0123456789' },
  { approvedPlan: 'g'.repeat(16) },
  { approvedPlan: 'a'.repeat(65) },
  { minHealth: 'Yellow' },
  { skip: ['WriteIndex'] },
  { skip: ['DataStream'] },
  { skip: ['Hidden', 'Hidden', 'Hidden', 'Hidden', 'Hidden'] },
  { skip: 'Hidden' },
];

export const handPickedBad: readonly Spec[] = [
  {},
  ...['connectionRef', 'mode', 'targets'].map(without),
  ...badSeries.map(inSeries),
  ...badPatterns.map((value) => withTarget({ name: 'a', pattern: value })),
  ...badAliases.map(withAlias),
  ...badArchives.map(withArchive),
  withTarget({ name: 'a', pattern: 'a-*', archive: { olderThan: '90d', field: 'date' } }),
  withTarget({ name: 'a', pattern: 'a-*', archive: { olderThan: '90d', destination: 'archive' } }),
  withTarget({ name: 'a', pattern: 'a-*', archive: { field: 'date', destination: 'archive' } }),
  ...badRetentions.map(withRetention),
  ...badDeletions.map(withDeletion),
  ...['', 'A', '-a', 'a-', 'a.b', 'a b', 'a'.repeat(64)].map((name) => withTarget({ name, pattern: 'a' })),
  withTarget({ name: 'a' }),
  withTarget({ pattern: 'a' }),
  withTarget({ name: 'a', pattern: 'a', series: 'a-{version}' }),
  withTarget({ name: 'a', pattern: 'a', age: {} }),
  withTarget({ name: 'a', pattern: 'a', age: { from: 'IndexName' } }),
  withTarget({ name: 'a', pattern: 'a', age: { from: 'Name' } }),
  withTarget({ name: 'a', pattern: 'a', age: { from: 'MaxTimestamp' } }),
  withTarget({ name: 'a', pattern: 'a', age: { from: 'CreationDate', field: 'x' } }),
  withTarget({ name: 'a', pattern: 'a', age: { from: 'MaxTimestamp', field: '' } }),
  withTarget({ name: 'a', series: 'a-{version}', age: { from: 'IndexName' } }),
  withTarget({ name: 'a', series: 'a-{version}', retention: { maxAge: '1d' } }),
  withTarget({ name: 'a', series: 'a-{version}', aliases: [{ name: 'a', window: '1d' }] }),
  withTarget({ name: 'a', series: 'a-{version}', aliases: [{ name: 'a-{date:yyyy}' }] }),
  withTarget({ name: 'a', pattern: 'a', aliases: [{ name: 'a-{date:yyyy}' }] }),
  withTarget({ name: 'a', pattern: 'a', aliases: [{ name: 'b' }, { name: 'b' }] }),
  withTarget({ name: 'a', pattern: 'a', aliases: 'b' }),
  withTarget({ name: 'a', pattern: 'a', exclude: ['b', 'b'] }),
  withTarget({ name: 'a', pattern: 'a', exclude: ['B'] }),
  withTarget({ name: 'a', pattern: 'a', beforeDelete: 'x' }),
  withTarget({ name: 'a', pattern: 'a', beforeDelete: { requireSnapshot: {} } }),
  withTarget({ name: 'a', pattern: 'a', beforeDelete: { requireSnapshot: { repository: 'a b' } } }),
  withTarget({
    name: 'a',
    pattern: 'a',
    beforeDelete: { requireSnapshot: { repository: 'a', maxAge: '1w' } },
  }),
  withTarget({
    name: 'a',
    pattern: 'a',
    beforeDelete: { requireSnapshot: { repository: 'a', scheduleRef: {} } },
  }),
  { ...minimal, mode: 'dryrun' },
  { ...minimal, mode: '' },
  { ...minimal, suspend: 'yes' },
  { ...minimal, schedule: '' },
  { ...minimal, schedule: 5 },
  { ...minimal, schedule: '* * * * * *' },
  { ...minimal, schedule: '@every 5m' },
  { ...minimal, timeZone: 'Mars/Olympus' },
  { ...minimal, timeZone: '' },
  { ...minimal, startingDeadline: '0s' },
  { ...minimal, startingDeadline: '31d' },
  { ...minimal, startingDeadline: '1w' },
  { ...minimal, historyLimit: -1 },
  { ...minimal, historyLimit: 51 },
  { ...minimal, targets: [] },
  {
    ...minimal,
    targets: [
      { name: 'a', pattern: 'a' },
      { name: 'a', pattern: 'b' },
    ],
  },
  { ...minimal, targets: Array.from({ length: 51 }, (_, at) => ({ name: `t${at}`, pattern: 'p' })) },
  { ...minimal, connectionRef: { name: 'Main' } },
  { ...minimal, connectionRef: {} },
];
