import { z } from 'zod';
import { aliasTemplate } from './alias-template.ts';
import { indexGlob, plainName } from './elasticsearch-names.ts';
import { exactlyOneOf, freeForm, mapOf, matching, name, object, ruled, setOf, text } from './fields.ts';
import { duration } from './duration.ts';
import { seriesTemplate } from './series.ts';
import { archive } from './index-maintenance-policy-archive.ts';
import { size } from './size.ts';

const MOST = 1_000_000;

const age = ruled(
  object(
    'How the age of an index is determined. Default: the date in its name (series), or its creation date (pattern).',
    {
      from: z
        .enum(['IndexName', 'CreationDate', 'MaxTimestamp'])
        .describe(
          'IndexName: the end of the period in its name. CreationDate: its creation. MaxTimestamp: the newest value of a field in its documents.',
        ),
      field: text(255, 1).optional().describe('The date field for MaxTimestamp, such as @timestamp.'),
    },
  ),
  {
    rule: "(self.from == 'MaxTimestamp') == has(self.field)",
    message: 'name a field with from: MaxTimestamp, and only then',
    fieldPath: '.field',
  },
  ({ from, field }) => (from === 'MaxTimestamp') === (field !== undefined),
);

const alias = object('An alias, and which indexes of the target belong to it.', {
  name: aliasTemplate(
    'The name of the alias; with {date:FORMAT} one alias for each partition, such as logs-{date:yyyy.MM.dd}.',
  ),
  window: text(40)
    .regex(/^(All|([0-9]{1,9}d)?([0-9]{1,9}h)?([0-9]{1,9}m)?([0-9]{1,9}s)?)$/u)
    .min(2)
    .default('All')
    .describe('All, or a duration before today: 1d contains the partitions of today and yesterday.'),
  filter: freeForm(1, 1)
    .optional()
    .describe(
      'An Elasticsearch query: only documents that match it are visible through the alias. Default: filters that others have set stay, and a new member gets the one that all present members have. {match_all: {}} makes every document visible.',
    ),
  latestVersionOnly: z
    .boolean()
    .default(true)
    .describe('If a partition has several versions, only the current one belongs to the alias.'),
  writeIndex: z
    .enum(['None', 'Newest'])
    .default('None')
    .describe(
      'Newest: the write index is the newest member that has begun, by the date in its name, otherwise by its version or creation. None: the write index is not changed.',
    ),
});

const count = (description: string) => z.int().min(1).max(MOST).describe(description);

const retention = object('When indexes are deleted. Without a rule nothing is deleted.', {
  maxAge: duration('1s', '36500d')
    .optional()
    .describe('Delete indexes that are older than this; see age for what their age counts from.'),
  maxCount: count('Delete what exceeds this many of the newest periods (indexes, with pattern).').optional(),
  maxTotalSize: size('1', '1024Pi')
    .optional()
    .describe(
      'Delete an index if it and all newer ones together are larger than this, counted in primary shards.',
    ),
  minCount: z
    .int()
    .min(0)
    .max(MOST)
    .default(0)
    .describe(
      'Always keep at least this many of the newest periods (indexes, with pattern), whatever the other rules say.',
    ),
});

const beforeDelete = object('What must also be true before an index is deleted.', {
  requireSnapshot: object(
    'A successful snapshot that lists the index and began after its creation and its last write.',
    {
      repository: plainName('a snapshot repository', 'The snapshot repository to search.'),
      scheduleRef: object(
        'Only snapshots of this SnapshotSchedule count. It must be in the namespace of the policy.',
        {
          name: name('The name of the SnapshotSchedule.'),
        },
      ).optional(),
      maxAge: duration('1m', '36500d')
        .optional()
        .describe('How long ago the snapshot may have begun. Default: any time.'),
    },
  ).optional(),
});

export const target = [
  {
    rule: "!has(self.age) || self.age.from != 'IndexName' || (has(self.series) && self.series.contains('{date:'))",
    message: 'needs a series with {date:FORMAT}; use CreationDate or MaxTimestamp',
    fieldPath: '.age',
    holds: ({ age, series = '' }: Target) => age?.from !== 'IndexName' || series.includes('{date:'),
  },
  {
    rule: "!has(self.series) || self.series.contains('{date:') || has(self.age) || (!has(self.retention) && (!has(self.aliases) || self.aliases.all(alias, alias.window == 'All')))",
    message:
      'a series without {date:FORMAT} needs age.from for retention and windows: CreationDate or MaxTimestamp',
    fieldPath: '.series',
    holds: ({ age, series = '{date:', retention, aliases = [] }: Target) =>
      series.includes('{date:') ||
      age !== undefined ||
      (retention === undefined && aliases.every(({ window }) => window === 'All')),
  },
  {
    rule: "!has(self.aliases) || (has(self.series) && self.series.contains('{date:')) || self.aliases.all(alias, !alias.name.contains('{date:'))",
    message: 'an alias with {date:FORMAT} needs a series with {date:FORMAT}',
    fieldPath: '.aliases',
    holds: ({ series = '', aliases = [] }: Target) =>
      series.includes('{date:') || aliases.every(({ name }) => !name.includes('{date:')),
  },
].reduce(
  (schema, { rule, message, fieldPath, holds }) => ruled(schema, { rule, message, fieldPath }, holds),
  exactlyOneOf(shape(), 'series', 'pattern'),
);

type Target = z.output<ReturnType<typeof shape>>;

function shape() {
  return object('A group of indexes that belong together.', {
    name: matching(
      63,
      '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$',
      'must be lower case letters, digits and -, beginning and ending with a letter or digit',
    ).describe('The name of the target in status and metrics.'),
    series: seriesTemplate(
      'The template of the index names, such as logs-v{version}-{date:yyyy.MM.dd}. Set exactly one of series and pattern.',
    ).optional(),
    pattern: indexGlob('A pattern of index names, such as logs-*.').optional(),
    exclude: setOf(indexGlob('A pattern of names that do not belong to the target.'))
      .optional()
      .describe('Patterns of names that do not belong to the target.'),
    age: age.optional(),
    aliases: mapOf('name', alias)
      .optional()
      .describe('The aliases to maintain; all are changed in one atomic call.'),
    retention: retention.optional(),
    archive: archive.optional(),
    beforeDelete: beforeDelete.optional(),
  });
}
