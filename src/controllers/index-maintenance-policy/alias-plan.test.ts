import { describe, expect, it } from 'vitest';
import { aliased, calm, indexOf, policyOf, type SpecPart } from '../../../test/support/maintenance-facts.ts';
import type { AliasChange } from './alias-changes.ts';
import { planAliases } from './alias-plan.ts';
import type { ListedIndex, Surroundings } from './observed.ts';
import { compileTargets, matchTargets } from './targets.ts';

const DAILY = 'logs-v{version}-{date:yyyy.MM.dd}';

function plan(
  aliases: readonly SpecPart[],
  indices: readonly ListedIndex[],
  given: {
    at?: string;
    series?: string;
    pattern?: string;
    newest?: Readonly<Record<string, string>>;
    age?: SpecPart;
    around?: Partial<Surroundings>;
    leaving?: readonly string[];
  } = {},
) {
  const { at = '2016-01-05T12:00:00Z', series = DAILY, pattern, around = {}, leaving = [] } = given;
  const newest = Object.entries(given.newest ?? {}).map(
    ([name, time]) => [`uuid-of-${name}`, Date.parse(time)] as const,
  );
  const spec = {
    name: 'a',
    ...(pattern === undefined ? { series } : { pattern }),
    age: given.age ?? (series.includes('{date:') ? undefined : { from: 'CreationDate' }),
    aliases,
  };
  const targets = compileTargets(policyOf([spec]).spec);
  return planAliases(matchTargets(targets, indices, new Map(newest)), {
    indices,
    around: { ...calm, ...around },
    leaving: new Set(leaving),
    now: Date.parse(at),
  });
}

const textOf = (change: AliasChange) =>
  `${change.type === 'Add' ? '+' : '-'}${change.alias} ${change.index.replace('logs-', '')}`;
const changes = (...given: Parameters<typeof plan>) =>
  plan(...given)
    .changes.map(textOf)
    .sort();

/** What Elasticsearch would hold after the one call. */
function applied(indices: readonly ListedIndex[], made: readonly AliasChange[]): readonly ListedIndex[] {
  return indices.map((index) => {
    const aliases = { ...index.aliases };
    for (const change of made.filter((each) => each.index === index.name)) {
      if (change.type === 'Add') aliases[change.alias] = change.definition;
      else delete aliases[change.alias];
    }
    return { ...index, aliases };
  });
}

describe('the base alias of versions', () => {
  const versions = { series: 'logs-v{version}' };

  it('is made on the lowest version when nobody has it, and on no other (M4, M5)', () => {
    const indices = ['logs-v1', 'logs-v2', 'logs-v10'].map((name) => indexOf(name));
    expect(changes([{ name: 'logs' }], indices, versions)).toEqual(['+logs v1']);
  });

  it('goes to the lowest version that is left when somebody has deleted the current one (M5)', () => {
    const left = ['v1', 'v2'].map((version) => indexOf(`logs-${version}`));
    expect(changes([{ name: 'logs' }], [...left, aliased('logs-v3', 'logs')], versions)).toEqual([]);
    expect(changes([{ name: 'logs' }], left, versions)).toEqual(['+logs v1']);
  });

  it('stays where it is (M4)', () => {
    const indices = [indexOf('logs-v1'), aliased('logs-v2', 'logs'), indexOf('logs-v3')];
    expect(changes([{ name: 'logs' }], indices, versions)).toEqual([]);
  });

  it('is not taken back by a version that was left behind (W8)', () => {
    const indices = [indexOf('logs-v1'), aliased('logs-v2', 'logs')];
    expect(changes([{ name: 'logs' }, { name: 'all-logs' }], indices, versions)).toEqual(['+all-logs v2']);
  });

  it.each<[string, readonly ListedIndex[], Partial<Surroundings>]>([
    [
      'is copied',
      [aliased('logs-v2', 'logs'), indexOf('logs-v3', { hidden: true })],
      { reindexed: new Set(['logs-v2', 'logs-v3']) },
    ],
    [
      'may be rolled back',
      [indexOf('logs-v2'), aliased('logs-v3', 'logs')],
      { reindexed: new Set(['logs-v2', 'logs-v3']) },
    ],
    ['is the copy of a hidden one', [indexOf('logs-v2', { hidden: true }), aliased('logs-v3', 'logs')], {}],
    ['is closed', [{ ...aliased('logs-v2', 'logs'), closed: true }], {}],
    ['is hidden', [{ ...aliased('logs-v2', 'logs'), hidden: true }], {}],
    ['is protected', [aliased('logs-v2', 'logs')], { protects: (name) => name === 'logs-v2' }],
  ])('is not taken back either while the current version %s', (_, others, around) => {
    expect(changes([{ name: 'logs' }], [indexOf('logs-v1'), ...others], { ...versions, around })).toEqual([]);
  });

  it('stays with a version that somebody has given it back to, though a closed one still holds it', () => {
    const indices = [aliased('logs-v1', 'logs'), { ...aliased('logs-v2', 'logs'), closed: true }];
    expect(changes([{ name: 'logs' }], indices, versions)).toEqual([]);
  });

  it('is made on the lowest version that nobody has other plans with', () => {
    const indices = [indexOf('logs-v1', { closed: true }), indexOf('logs-v2'), indexOf('logs-v3')];
    expect(changes([{ name: 'logs' }], indices, versions)).toEqual(['+logs v2']);
  });

  it('leaves an older version when both have it', () => {
    const indices = [aliased('logs-v1', 'logs'), aliased('logs-v2', 'logs')];
    expect(changes([{ name: 'logs' }], indices, versions)).toEqual(['-logs v1']);
  });

  it('belongs to all versions when that is wanted', () => {
    const indices = ['logs-v1', 'logs-v2'].map((name) => indexOf(name));
    expect(changes([{ name: 'logs', latestVersionOnly: false }], indices, versions)).toEqual([
      '+logs v1',
      '+logs v2',
    ]);
  });
});

describe('the alias of a partition', () => {
  const dated = [{ name: 'logs-{date:yyyy.MM.dd}' }];

  it('is made on the lowest version of each day (M3, M8)', () => {
    const indices = ['logs-v1-2016.01.04', 'logs-v2-2016.01.04', 'logs-v2-2016.01.05'].map((name) =>
      indexOf(name),
    );
    expect(changes(dated, indices)).toEqual([
      '+logs-2016.01.04 v1-2016.01.04',
      '+logs-2016.01.05 v2-2016.01.05',
    ]);
  });

  it('decides which version is current, and the others lose everything (M5, M8)', () => {
    const old = aliased('logs-v1-2016.01.04', 'logs', 'logs-2d');
    const next = aliased('logs-v2-2016.01.04', 'logs-2016.01.04');
    const aliases = [...dated, { name: 'logs' }, { name: 'logs-2d', window: '2d' }];
    expect(changes(aliases, [old, next])).toEqual([
      '+logs v2-2016.01.04',
      '+logs-2d v2-2016.01.04',
      '-logs v1-2016.01.04',
      '-logs-2d v1-2016.01.04',
    ]);
  });

  it('goes on with the version that is current on the newest day', () => {
    const before = aliased('logs-v2-2016.01.04', 'logs-2016.01.04');
    const today = [indexOf('logs-v1-2016.01.05'), indexOf('logs-v2-2016.01.05')];
    expect(changes(dated, [before, ...today])).toEqual(['+logs-2016.01.05 v2-2016.01.05']);
  });

  it('stays away from what was left behind on a day whose current version is copied', () => {
    const indices = [
      indexOf('logs-v1-2016.01.04'),
      aliased('logs-v2-2016.01.04', 'logs-2016.01.04'),
      indexOf('logs-v1-2016.01.05'),
      indexOf('logs-v2-2016.01.05'),
    ];
    const around = { reindexed: new Set(['logs-v2-2016.01.04']) };
    expect(changes(dated, indices, { around })).toEqual(['+logs-2016.01.05 v2-2016.01.05']);
  });

  it('may gather days in months', () => {
    const indices = ['logs-v1-2016.01.30', 'logs-v1-2016.01.31', 'logs-v1-2016.02.01'].map((name) =>
      indexOf(name),
    );
    expect(changes([{ name: 'logs-{date:yyyy.MM}' }], indices, { at: '2016-02-01T00:00:00Z' })).toEqual([
      '+logs-2016.01 v1-2016.01.30',
      '+logs-2016.01 v1-2016.01.31',
      '+logs-2016.02 v1-2016.02.01',
    ]);
  });
});

describe('a window', () => {
  it.each([
    ['2016-02-29T00:00:00Z', ['2016.02.28', '2016.02.29']],
    ['2016-08-31T00:00:00Z', ['2016.08.30', '2016.08.31']],
    ['2016-09-01T00:00:00Z', ['2016.08.31', '2016.09.01']],
    ['2017-03-01T00:00:00Z', ['2017.02.28', '2017.03.01']],
    ['2016-04-10T18:43:39Z', ['2016.04.09', '2016.04.10']],
    ['2016-12-31T23:59:59Z', ['2016.12.30', '2016.12.31']],
    ['2017-01-01T00:00:00Z', ['2016.12.31', '2017.01.01']],
  ])('of one day contains today and yesterday at %s (M7, H78)', (at, inside) => {
    const start = Date.parse(at);
    const days = [-4, -3, -2, -1, 0].map((offset) =>
      new Date(start + offset * 86_400_000).toISOString().slice(0, 10),
    );
    const indices = days.map((day) => indexOf(`logs-v1-${day.replaceAll('-', '.')}`));
    expect(changes([{ name: 'today', window: '1d' }], indices, { at })).toEqual(
      inside.map((day) => `+today v1-${day}`),
    );
  });

  it('moves on with the day, in one change', () => {
    const indices = [
      aliased('logs-v1-2016.01.03', 'today'),
      aliased('logs-v1-2016.01.04', 'today'),
      indexOf('logs-v1-2016.01.05'),
    ];
    expect(changes([{ name: 'today', window: '1d' }], indices)).toEqual([
      '+today v1-2016.01.05',
      '-today v1-2016.01.03',
    ]);
  });

  it('never leaves its alias without an index: the newest stays (H73)', () => {
    const indices = [aliased('logs-v1-2015.01.01', 'today'), aliased('logs-v1-2015.01.02', 'today')];
    expect(changes([{ name: 'today', window: '1d' }], indices)).toEqual(['-today v1-2015.01.01']);
  });

  it('does not contain a date far ahead, but tomorrow (H75)', () => {
    const indices = ['logs-v1-2016.01.05', 'logs-v1-2016.01.06', 'logs-v1-9999.01.01'].map((name) =>
      indexOf(name),
    );
    expect(changes([{ name: 'today', window: '1d' }], indices)).toEqual([
      '+today v1-2016.01.05',
      '+today v1-2016.01.06',
    ]);
  });
});

describe('definitions', () => {
  const index = (definition: object) =>
    indexOf('logs-v1-2016.01.05', { aliases: { logs: { ...definition } } });
  const filter = { term: { level: 'error' } };

  it('are corrected whole: what a person has added stays', () => {
    const { changes } = plan(
      [{ name: 'logs', filter }],
      [index({ filter: { term: { a: 1 } }, index_routing: '3' })],
    );
    expect(changes).toMatchObject([{ type: 'Add', definition: { filter, index_routing: '3' } }]);
  });

  it('keep a filter that a person or a copy has set, where the policy names none', () => {
    expect(plan([{ name: 'logs' }], [index({ filter })]).changes).toEqual([]);
    const { changes } = plan([{ name: 'logs', writeIndex: 'Newest' }], [index({ filter })]);
    expect(changes).toMatchObject([{ definition: { filter, is_write_index: true } }]);
  });

  it('lose it by a filter that every document matches, and then cost nothing', () => {
    const every = { match_all: {} };
    const [spec, indices] = [[{ name: 'logs', filter: every }], [index({ filter })]];
    const { changes } = plan(spec, indices);
    expect(changes).toMatchObject([{ type: 'Add', definition: { filter: every } }]);
    expect(plan(spec, applied(indices, changes)).changes).toEqual([]);
  });

  it.each<[string, readonly object[], object]>([
    ['the filter that all present ones have', [{ filter }, { filter, index_routing: '3' }], { filter }],
    ['none where one has another', [{ filter }, { filter: { term: { level: 'warn' } } }], {}],
    ['none where one has none', [{ filter }, {}], {}],
    ['none where the first has none', [{}, { filter }], {}],
  ])('of a new member contain %s', (_, present, definition) => {
    const indices = present.map((each, at) =>
      indexOf(`logs-v1-2016.01.0${at + 1}`, { aliases: { logs: { ...each } } }),
    );
    const { changes } = plan([{ name: 'logs' }], [...indices, indexOf('logs-v1-2016.01.05')]);
    expect(changes.map((change) => 'definition' in change && change.definition)).toEqual([definition]);
  });

  it.each([{ filter }, { filter, is_write_index: true }, { filter, is_hidden: true }])(
    'that are right cost nothing: %j',
    (definition) => {
      expect(plan([{ name: 'logs', filter }], [index(definition)]).changes).toEqual([]);
    },
  );

  it('make the newest begun partition the write index, and no other', () => {
    const indices = [
      indexOf('logs-v1-2016.01.04', { aliases: { logs: { is_write_index: true } } }),
      indexOf('logs-v1-2016.01.05', { aliases: { logs: {} } }),
      indexOf('logs-v1-2016.01.06', { aliases: { logs: {} } }),
    ];
    const { changes } = plan([{ name: 'logs', writeIndex: 'Newest' }], indices);
    expect(changes).toMatchObject([
      { index: 'logs-v1-2016.01.04', definition: { is_write_index: false } },
      { index: 'logs-v1-2016.01.05', definition: { is_write_index: true } },
    ]);
    expect(plan([{ name: 'logs', writeIndex: 'Newest' }], applied(indices, changes)).changes).toEqual([]);
  });

  it('make the later version the write index where all belong to the alias, whichever was made first', () => {
    const indices = [indexOf('logs-v1', { created: Date.parse('2016-01-02T00:00:00Z') }), indexOf('logs-v2')];
    const alias = { name: 'logs', writeIndex: 'Newest', latestVersionOnly: false };
    expect(plan([alias], indices, { series: 'logs-v{version}' }).changes).toMatchObject([
      { index: 'logs-v1', definition: {} },
      { index: 'logs-v2', definition: { is_write_index: true } },
    ]);
  });

  it('leave the write index of somebody else alone', () => {
    const indices = [
      indexOf('logs-v1-2016.01.05'),
      indexOf('other', { aliases: { logs: { is_write_index: true } } }),
    ];
    const made = plan([{ name: 'logs', writeIndex: 'Newest' }], indices);
    expect(made.changes).toMatchObject([{ definition: {} }]);
    expect(made.held).toEqual([{ index: 'other', alias: 'logs', reason: 'ForeignWriteIndex' }]);
  });
});

describe('an age that is not that of the name', () => {
  const created = (name: string, at: string) => indexOf(name, { created: Date.parse(at) });
  // As after a copy: what is older by its name is younger by its creation.
  const indices = [
    created('logs-v1-2016.01.04', '2016-01-05T03:00:00Z'),
    created('logs-v2-2016.01.04', '2016-01-05T02:00:00Z'),
    created('logs-v1-2016.01.05', '2016-01-05T01:00:00Z'),
    created('logs-v1-2016.01.06', '2016-01-05T00:00:00Z'),
  ];
  const byCreation = (alias: SpecPart) => plan([alias], indices, { age: { from: 'CreationDate' } }).changes;
  const byName = (alias: SpecPart) => plan([alias], indices).changes;

  it.each<SpecPart>([
    { name: 'logs' },
    { name: 'logs-today', window: '0d' },
    { name: 'logs-{date:yyyy.MM.dd}' },
    { name: 'logs', writeIndex: 'Newest' },
  ])('changes nothing about the partitions of %j', (alias) => {
    expect(byCreation(alias)).toEqual(byName(alias));
    expect(byName(alias).map(textOf)).not.toContain('+logs v2-2016.01.04');
  });

  it('names the partition of an alias also when nothing tells the age', () => {
    const age = { from: 'MaxTimestamp', field: 'at' };
    expect(changes([{ name: 'logs-{date:yyyy}' }], [indexOf('logs-v1-2016.01.04')], { age })).toEqual([
      '+logs-2016 v1-2016.01.04',
    ]);
  });
});

describe('an age by the newest document', () => {
  const [first, last] = ['logs-000001', 'logs-000002'];
  const indices = [
    indexOf(first, {
      created: Date.parse('2016-01-04T00:00:00Z'),
      aliases: { logs: { is_write_index: false } },
    }),
    indexOf(last, {
      created: Date.parse('2016-01-05T00:00:00Z'),
      aliases: { logs: { is_write_index: true } },
    }),
  ];
  const byDocuments = (newest: Readonly<Record<string, string>>, alias: SpecPart, of = indices) =>
    plan([alias], of, { pattern: 'logs-*', age: { from: 'MaxTimestamp', field: 'at' }, newest }).changes;

  it.each([
    ['is of this moment', '2016-01-05T12:00:02Z'],
    ['is days ahead', '2016-01-08T12:00:00Z'],
    ['is older than that of the index before', '2016-01-03T12:00:00Z'],
    ['cannot be told now', undefined],
  ])('changes nothing about who is written to where the newest document %s', (_, time) => {
    const newest = { [first]: '2016-01-04T12:00:00Z', ...(time !== undefined && { [last]: time }) };
    expect(byDocuments(newest, { name: 'logs', writeIndex: 'Newest' })).toEqual([]);
    expect(byDocuments(newest, { name: 'logs', writeIndex: 'Newest', window: '7d' })).toEqual([]);
  });

  it('lets an index be written to that was made a moment ago, by a clock that is ahead', () => {
    const next = indexOf('logs-000003', { created: Date.parse('2016-01-05T12:00:03Z') });
    const empty = { ...next, figures: { documents: 0, bytes: 0, operations: 0, quietMs: 0 } };
    const newest = { [first]: '2016-01-04T12:00:00Z', [last]: '2016-01-05T11:00:00Z' };
    for (const alias of [{ name: 'logs' }, { name: 'logs', window: '1d' }])
      expect(byDocuments(newest, { ...alias, writeIndex: 'Newest' }, [...indices, empty])).toMatchObject([
        { index: last, definition: { is_write_index: false } },
        { index: 'logs-000003', definition: { is_write_index: true } },
      ]);
  });

  it('brings nothing into a window whose age is not known, unless it is empty and new', () => {
    const created = Date.parse('2016-01-05T11:00:00Z');
    const others = [
      indexOf('logs-000003', { created }),
      indexOf('logs-000004', { created, figures: undefined }),
      indexOf('logs-000005', { figures: { documents: 0, bytes: 0, operations: 0, quietMs: 0 } }),
    ];
    expect(byDocuments({}, { name: 'recent', window: '1d' }, others)).toEqual([]);
  });
});

describe('indexes that others have plans with', () => {
  const today = 'logs-v1-2016.01.05';
  it.each<[string, Partial<ListedIndex>, Partial<Surroundings>]>([
    ['hidden', { hidden: true }, {}],
    ['closed', { closed: true }, {}],
    ['of a data stream', { dataStream: 'logs' }, {}],
    ['being copied', {}, { reindexed: new Set([today]) }],
    ['protected', {}, { protects: () => true }],
  ])('keep and get no alias: %s', (_, index, around) => {
    const given = indexOf(today, { ...index, aliases: { gone: {} } });
    expect(
      changes([{ name: 'logs' }, { name: 'gone', window: '0d' }], [given], {
        at: '2020-01-01T00:00:00Z',
        around,
      }),
    ).toEqual([]);
  });

  it('that are outside of the target keep the alias', () => {
    expect(changes([{ name: 'logs' }], [aliased('legacy', 'logs')])).toEqual([]);
  });

  it('that are about to be deleted get no new alias', () => {
    expect(changes([{ name: 'logs' }], [indexOf(today)], { leaving: [today] })).toEqual([]);
  });

  it('whose name is that of an alias are told of', () => {
    const { changes, held } = plan([{ name: 'logs' }], [indexOf(today), indexOf('logs')]);
    expect([changes, held]).toEqual([[], [{ index: 'logs', alias: 'logs', reason: 'AliasNameTaken' }]]);
  });

  it('of a data stream whose name is that of an alias are told of as well', () => {
    const backing = indexOf('.ds-logs-000001', { dataStream: 'logs' });
    const { changes, held } = plan([{ name: 'logs' }], [indexOf('logs-v1-2016.01.05'), backing]);
    expect([changes, held]).toEqual([[], [{ index: 'logs', alias: 'logs', reason: 'AliasNameTaken' }]]);
  });

  it('get an alias hidden that is hidden on its other members: Elasticsearch wants all alike', () => {
    const hidden = indexOf('logs-v1-2016.01.04', { aliases: { logs: { is_hidden: true } } });
    const { changes } = plan([{ name: 'logs' }], [hidden, indexOf('logs-v1-2016.01.05')]);
    expect(changes).toMatchObject([{ index: 'logs-v1-2016.01.05', definition: { is_hidden: true } }]);
  });

  it('are none without an index (M10)', () => {
    expect(changes([{ name: 'logs' }, { name: 'logs-{date:yyyy.MM.dd}' }], [])).toEqual([]);
  });
});
