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
          'Copy only the documents that match: one query of Elasticsearch, such as {term: {user: kim}}. Absent: all documents.',
        ),
    }),
    'index',
    'series',
  ),
  immutable('source'),
);

const destination = withRules(
  exactlyOneOf(
    object('Where to. Cannot be changed.', {
      index: indexName('The index to create. It must not exist before.').optional(),
      series: seriesTemplate(
        'The names of the indexes to create, with the date of source.series: logs-v2-{date:yyyy.MM.dd}.',
      ).optional(),
      createFrom: z
        .enum(['Source', 'Template', 'Empty'])
        .default('Source')
        .describe(
          'Where mappings, settings and analysis come from: the source, the index templates, or nowhere.',
        ),
      settings: freeForm(1000).optional().describe('Settings laid over those of createFrom.'),
      mappings: freeForm(1000).optional().describe('Mappings laid over those of createFrom.'),
      copyReplicas: z
        .boolean()
        .default(false)
        .describe(
          'Have the replicas from the start; by default they are added after the copy, which is faster.',
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
  object('A field that gets another name.', {
    from: fieldPath('The field as it is called in the source.'),
    to: fieldPath('The field as it is called in the destination.'),
    removeOriginal: z.boolean().default(true).describe('Whether the field under its old name goes.'),
  }),
  { rule: 'self.from != self.to', message: 'must differ from `from`', fieldPath: '.to' },
  ({ from, to }) => from !== to,
);

const transform = object(
  'How documents change on their way. Cannot be changed. _id, _routing and _index never change.',
  {
    script: object('A script that runs once for each document.', {
      source: text(65_536, 1).describe('The script in Painless; `ctx._source` is the document.'),
      params: freeForm().optional().describe('Values that the script reads as `params`.'),
    }).optional(),
    renames: list(rename)
      .optional()
      .describe('Fields that get another name, in this order, before the script.'),
    pipeline: plainName('an ingest pipeline', 'An ingest pipeline that each document passes.').optional(),
  },
);

const aliases = ruled(
  object('Which aliases move to the destination. Absent: All, or None with a query. Cannot be changed.', {
    move: z
      .enum(['All', 'Listed', 'None'])
      .describe('All aliases of the source with their whole definitions, only those in names, or none.'),
    names: setOf(aliasName('The name of an alias.'))
      .optional()
      .describe('The aliases to move, with move: Listed only.'),
  }),
  {
    rule: "(self.move == 'Listed') == (has(self.names) && size(self.names) > 0)",
    message: 'name the aliases with move: Listed, and only then',
    fieldPath: '.names',
  },
  ({ move, names = [] }) => (move === 'Listed') === names.length > 0,
);

const throttle = object(
  'Limits of the load on the cluster; absent: adapted to what the cluster bears. Can be changed at any time.',
  {
    maxParallel: z
      .int()
      .min(1)
      .max(64)
      .optional()
      .describe('How many tasks copy at the same time. Absent: as many as make it faster.'),
    requestsPerSecond: z
      .int()
      .min(1)
      .max(10_000_000)
      .optional()
      .describe('Documents per second of the whole request, shared among its tasks.'),
    batchSize: z
      .int()
      .min(1)
      .max(10_000)
      .optional()
      .describe('Documents per batch. Absent: as many as fill 4 MiB, 5,000 at the most.'),
  },
);

const sourceAfter = object(
  'What becomes of the source once its aliases have moved. Can be changed until rollbackWindow is over.',
  {
    policy: z
      .enum(['Retain', 'Delete'])
      .default('Retain')
      .describe(
        'At the end of rollbackWindow, or of a series right after each move: Retain lets the source take writes again; Delete deletes it, unless it could hold what the destination does not.',
      ),
    rollbackWindow: duration('0s', '90d')
      .default('24h')
      .describe(
        'How long the annotation es-steward.dev/rollback can move the aliases back. So long the source is hidden and takes no writes. 0s, or no alias moved: no such time. A series has none either: Delete deletes each index right after its own move.',
      ),
  },
);

const fixed = <Schema extends z.ZodType>(field: string, schema: Schema): Schema =>
  withRules(schema, immutable(field));

const members = withRules(
  object('What is copied, where to, and how. Each field says if it can be changed.', {
    connectionRef,
    source,
    destination,
    transform: transform.optional(),
    aliases: aliases.optional(),
    writeMode: fixed('writeMode', z.enum(['Online', 'BlockFirst', 'CopyOnly']))
      .default('Online')
      .describe(
        'What writers see. Online: writes go on, and are blocked for about a second at the end, while the rest is copied and the aliases move. BlockFirst: the source takes no writes from before the copy until the aliases have moved. CopyOnly: writes are never blocked, no alias moves and nothing is proven.',
      ),
    verification: fixed(
      'verification',
      object('What is proven before the aliases move. Cannot be changed.', {
        level: z
          .enum(['Counts', 'Ids', 'Sample', 'Full'])
          .default('Counts')
          .describe(
            'Counts: both indexes hold the same number of documents. Ids: and the same ids. Sample: and sampleSize documents have the same content. Full: and all have. Sample and Full cannot be had with a transform.',
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
      object('What becomes of documents that cannot be written. Cannot be changed.', {
        policy: z
          .enum(['Fail', 'Quarantine'])
          .default('Fail')
          .describe(
            'Fail: everything else is copied, then the request fails, no alias moves, and the documents are named. Quarantine: the copy completes without them. With both they are kept in the index {destination}-error.',
          ),
        maxQuarantined: z
          .int()
          .min(1)
          .max(10_000)
          .default(100)
          .describe('With Quarantine: more of them fail the request.'),
      }),
    ).prefault({}),
    approval: z
      .enum(['None', 'BeforeCutover'])
      .default('None')
      .describe(
        'BeforeCutover: wait, caught up, for the annotation es-steward.dev/approve with the hash of the plan before writes are blocked and the aliases move. With writeMode BlockFirst writes are blocked already; CopyOnly moves no alias and does not wait.',
      ),
    sourceAfter: sourceAfter.prefault({}),
    throttle: throttle.optional(),
    maxWriteOutage: duration('1s', '10m')
      .optional()
      .describe(
        'How long writes may be blocked at one go; then they are free again and the move is tried later. Absent: 30s with Online, unlimited with BlockFirst. Cannot be changed.',
      ),
    dryRun: fixed('dryRun', z.boolean())
      .default(false)
      .describe('Check everything, write the plan into status and stop.'),
    suspend,
    cancel: z
      .boolean()
      .default(false)
      .describe(
        'Stop and undo: tasks, write block and destination go. Has no effect once the aliases have moved, as those of the indexes of a series that are done.',
      ),
    ttlAfterFinished: duration('0s', '365d')
      .optional()
      .describe(
        'Delete this object so long after its end; nothing in Elasticsearch is deleted with it. Absent: never. Can be changed at any time.',
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
  description: 'One copy of an index into a new one, with the move of its aliases. Runs once.',
  spec,
  status,
  columns: [
    { name: 'Phase', jsonPath: '.status.phase', type: 'string', description: 'Where the copy is.' },
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
      description: 'Where to.',
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
});
