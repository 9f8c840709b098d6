import { z } from 'zod';
import { defineCrd } from './define.ts';
import { duration } from './duration.ts';
import { aliasName, indexName, indexOrAliasName, plainName } from './elasticsearch-names.ts';
import {
  exactlyOneOf,
  freeForm,
  immutable,
  immutableMember,
  list,
  matching,
  object,
  ruled,
  setOf,
  text,
  withRules,
} from './fields.ts';
import { reindexRequestConditions } from './reindex-request-conditions.ts';
import { reindexRules } from './reindex-request-rules.ts';
import { reindexRequestStatus as status } from './reindex-request-status.ts';
import { seriesTemplate } from './series.ts';
import { conditionColumn, connectionRef, type DeepReadonly, type Resource, suspend } from './shared.ts';

const source = withRules(
  exactlyOneOf(
    object('What is copied. Cannot be changed.', {
      index: indexOrAliasName('The index to copy, or an alias of exactly one index.').optional(),
      series: seriesTemplate(
        'A series of indexes to copy, one after the other, by the date in their names: logs-v1-{date:yyyy.MM.dd}.',
      ).optional(),
      query: freeForm(1, 1)
        .optional()
        .describe(
          'Copy only documents that match this Elasticsearch query, such as {term: {user: kim}}. Default: all documents.',
        ),
    }),
    'index',
    'series',
  ),
  immutable('source'),
);

const destination = withRules(
  exactlyOneOf(
    object('The new index. Cannot be changed.', {
      index: indexName('The index to create. It must not exist before.').optional(),
      series: seriesTemplate(
        'The names of the indexes to create, with the date of source.series: logs-v2-{date:yyyy.MM.dd}.',
      ).optional(),
      createFrom: z
        .enum(['Source', 'Template', 'Empty'])
        .default('Source')
        .describe(
          'Where mappings, settings and analysis come from: the source, the index templates, or neither.',
        ),
      settings: freeForm(1000).optional().describe('Settings that are merged into those of createFrom.'),
      mappings: freeForm(1000).optional().describe('Mappings that are merged into those of createFrom.'),
      copyReplicas: z
        .boolean()
        .default(false)
        .describe(
          'Create the replicas at the start. By default they are added after the copy, which is faster.',
        ),
    }),
    'index',
    'series',
  ),
  immutable('destination'),
);

const SEGMENT = String.raw`[^.'"\\\p{Cc}\p{Zl}\p{Zp}]+`;
const fieldPath = (description: string) =>
  matching(
    255,
    `^${SEGMENT}([.]${SEGMENT})*$`,
    'must be the dotted path of a field: no empty part, no quote, backslash, control character or line separator in it',
  ).describe(description);

const rename = ruled(
  ruled(
    object('A field that is renamed.', {
      from: fieldPath(
        'The path of the field in the source. A dot in it stands for an object or for a dot in a key. Not found in the elements of an array.',
      ),
      to: fieldPath('The path of the field in the destination. What a document has there is replaced.'),
      removeOriginal: z.boolean().default(true).describe('Whether the field under its old name is removed.'),
    }),
    { rule: 'self.from != self.to', message: 'must differ from `from`', fieldPath: '.to' },
    ({ from, to }) => from !== to,
  ),
  // A value cannot have a field below it, and an object would have to contain itself.
  {
    rule: "self.removeOriginal || !self.to.startsWith(self.from + '.')",
    message:
      'cannot be below `from` while that stays: leave out removeOriginal: false, or choose a path beside it',
    fieldPath: '.to',
  },
  ({ from, to, removeOriginal }) => removeOriginal || !to.startsWith(`${from}.`),
);

const transform = object(
  'How documents are changed during the copy. _id, _routing and _index never change. Cannot be changed.',
  {
    script: object('A script that runs once for each document.', {
      source: text(65_536, 1).describe('The script in Painless; `ctx._source` is the document.'),
      params: freeForm().optional().describe('Values that the script can read as `params`.'),
    }).optional(),
    renames: list(rename).optional().describe('Fields to rename, in this order, before the script runs.'),
    pipeline: plainName(
      'an ingest pipeline',
      'An ingest pipeline that runs on each document, after the script.',
    ).optional(),
  },
);

const aliases = ruled(
  object('Which aliases move to the destination. Default: All, or None with a query. Cannot be changed.', {
    move: z
      .enum(['All', 'Listed', 'None'])
      .describe(
        'All: all aliases of the source, with their whole definitions. Listed: only those in names. None: no alias.',
      ),
    names: setOf(aliasName('The name of an alias.'))
      .optional()
      .describe('The aliases to move; only with move: Listed.'),
  }),
  {
    rule: "(self.move == 'Listed') == (has(self.names) && size(self.names) > 0)",
    message: 'name the aliases with move: Listed, and only then',
    fieldPath: '.names',
  },
  ({ move, names = [] }) => (move === 'Listed') === names.length > 0,
);

const throttle = object(
  'Limits for the load on the cluster. Default: adapted to what the cluster can take. Can be changed at any time.',
  {
    maxParallel: z
      .int()
      .min(1)
      .max(64)
      .optional()
      .describe('How many tasks copy at the same time. Default: as many as make the copy faster.'),
    requestsPerSecond: z
      .int()
      .min(1)
      .max(10_000_000)
      .optional()
      .describe(
        'Documents per second for all tasks of the request together. Not applied while an Online copy blocks writes. Default: no limit.',
      ),
    batchSize: z
      .int()
      .min(1)
      .max(10_000)
      .optional()
      .describe('Documents per batch. Default: as many as fill 4 MiB, at most 5,000.'),
  },
);

const sourceAfter = object(
  'What happens to the source after its aliases have moved. Can be changed until rollbackWindow is over.',
  {
    policy: z
      .enum(['Retain', 'Delete'])
      .default('Retain')
      .describe(
        'What happens at the end of rollbackWindow; for a series, right after each move. Retain: the source takes writes again and is visible. Delete: it is deleted, unless it could contain something that the destination does not.',
      ),
    rollbackWindow: duration('0s', '90d')
      .default('24h')
      .describe(
        'How long the annotation es-steward.dev/rollback can move the aliases back. During this time the source is hidden and takes no writes, also from clients that use its name. 0s: no window. There is also none for a series, or if no alias moved.',
      ),
  },
);

const fixed = <Schema extends z.ZodType>(field: string, schema: Schema): Schema =>
  withRules(schema, immutable(field));

const members = withRules(
  object('What is copied, where to, and how. Each field says whether it can be changed.', {
    connectionRef,
    source,
    destination,
    transform: transform.optional(),
    aliases: aliases.optional(),
    writeMode: fixed('writeMode', z.enum(['Online', 'BlockFirst', 'CopyOnly']))
      .default('Online')
      .describe(
        'What writers see. Online: writes continue, and are blocked for about a second at the end, while the rest is copied and the aliases move. BlockFirst: the source takes no writes from before the copy until the aliases have moved. With both, clients that write to the source by its name stay blocked until the end of sourceAfter.rollbackWindow. CopyOnly: writes are never blocked, no alias moves and nothing is proven. Cannot be changed.',
      ),
    verification: fixed(
      'verification',
      object('What is proven before the aliases move. Cannot be changed.', {
        level: z
          .enum(['Counts', 'Ids', 'Sample', 'Full'])
          .default('Counts')
          .describe(
            'Counts: both indexes contain the same number of documents, which proves the copy if nothing else writes to the destination before the aliases move. Ids: also the same ids. Sample: also the same content of sampleSize documents. Full: also the same content of all. Sample and Full are not possible with a transform.',
          ),
        sampleSize: z
          .int()
          .min(1)
          .max(100_000)
          .default(1000)
          .describe('How many documents level Sample compares.'),
      }),
    ).prefault({}),
    onDocumentFailure: fixed(
      'onDocumentFailure',
      object('What happens with documents that cannot be written. Cannot be changed.', {
        policy: z
          .enum(['Fail', 'Quarantine'])
          .default('Fail')
          .describe(
            'Fail: everything else is copied, then the request fails and no alias moves; if one of the first ten cannot be written, which are tried before the copy, it fails at once. Quarantine: the copy completes without these documents. With both, what the copy could not write is kept in the index {destination}-error.',
          ),
        maxQuarantined: z
          .int()
          .min(1)
          .max(10_000)
          .default(100)
          .describe('With Quarantine: the request fails if there are more.'),
      }),
    ).prefault({}),
    approval: z
      .enum(['None', 'BeforeCutover'])
      .default('None')
      .describe(
        'BeforeCutover: wait for the annotation es-steward.dev/approve with the hash of the plan before writes are blocked and the aliases move, and keep catching up meanwhile. With writeMode BlockFirst writes are already blocked; CopyOnly moves no alias and does not wait. Can be changed.',
      ),
    sourceAfter: sourceAfter.prefault({}),
    throttle: throttle.optional(),
    maxWriteOutage: duration('1s', '10m')
      .optional()
      .describe(
        'How long writes may be blocked at a time before the operator begins to lift the block; on a busy cluster that takes seconds more. The move is tried again later. Default: 30s with Online, unlimited with BlockFirst. Cannot be changed.',
      ),
    dryRun: fixed('dryRun', z.boolean())
      .default(false)
      .describe('Check everything, write the plan into status and stop. Cannot be changed.'),
    suspend,
    cancel: z
      .boolean()
      .default(false)
      .describe(
        'Stop and undo: tasks, write block and destination are removed. Has no effect once the aliases have moved (of a series, for the indexes that are done), nor after a failure.',
      ),
    ttlAfterFinished: duration('0s', '365d')
      .optional()
      .describe(
        'Delete this object this long after its end, and nothing in Elasticsearch. Default: never. Can be changed at any time.',
      ),
  }),
  immutableMember('transform'),
  immutableMember('aliases'),
  immutableMember('maxWriteOutage'),
);

const spec = reindexRules.reduce((schema, { check, ...rule }) => ruled(schema, rule, check), members);

export type ReindexRequestSpec = DeepReadonly<z.output<typeof spec>>;
export type ReindexRequestStatus = DeepReadonly<z.output<typeof status>>;
export type ReindexRequest = Resource<ReindexRequestSpec, ReindexRequestStatus>;

export const reindexRequest = defineCrd({
  kind: 'ReindexRequest',
  plural: 'reindexrequests',
  shortNames: ['reindex'],
  description: 'Copies an index into a new one and moves its aliases. Runs once.',
  spec,
  status,
  columns: [
    { name: 'Phase', jsonPath: '.status.phase', type: 'string', description: 'The phase of the copy.' },
    {
      name: 'Progress',
      jsonPath: '.status.progress.display',
      type: 'string',
      description: 'How much is done.',
    },
    {
      name: 'Source',
      jsonPath: ".spec.source['index','series']",
      type: 'string',
      description: 'What is copied.',
    },
    {
      name: 'Destination',
      jsonPath: ".spec.destination['index','series']",
      type: 'string',
      description: 'The new index.',
    },
    {
      name: 'Remaining',
      jsonPath: '.status.progress.remaining',
      type: 'string',
      description: 'Time left, estimated.',
    },
    {
      name: 'Docs',
      jsonPath: '.status.progress.completed',
      type: 'integer',
      description: 'Documents done.',
      wide: true,
    },
    conditionColumn('Message', 'Ready', 'message', 'What it waits for, or what went wrong.'),
  ],
  conditions: reindexRequestConditions,
  firstStatus: { phase: 'Pending' },
});
