import { z } from 'zod';
import { nameGlob, plainName } from './elasticsearch-names.ts';
import { exactlyOneOf, list, matching, object, record, ruled, setOf, text } from './fields.ts';

// Plain patterns, without a message of their own: rules in CEL this deep would exceed the server's budget.
const labelValue = text(63)
  .regex(/^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/u)
  .describe('The value of a label: letters, digits, - _ and .');

const labelKey = text(317, 1).regex(
  /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/u,
);

const expression = ruled(
  object('One requirement on the labels.', {
    key: labelKey.describe('The key of the label, such as team or example.com/team.'),
    operator: z
      .enum(['In', 'NotIn', 'Exists', 'DoesNotExist'])
      .describe('How the label is compared with `values`.'),
    values: setOf(labelValue)
      .optional()
      .describe('The values for In and NotIn. Not with Exists and DoesNotExist.'),
  }),
  {
    rule: "(self.operator in ['In', 'NotIn']) == (has(self.values) && size(self.values) > 0)",
    message: 'name values with In and NotIn, and none with Exists and DoesNotExist',
    fieldPath: '.values',
  },
  ({ operator, values = [] }) => (operator === 'In' || operator === 'NotIn') === values.length > 0,
);

const namespaceSelector = object('Selects namespaces by their labels; empty: all namespaces.', {
  matchLabels: record(labelValue)
    .optional()
    .describe('Labels that a namespace must have with exactly these values.'),
  matchExpressions: list(expression).optional().describe('Further requirements; all must be met.'),
});

/** What a connection lets other namespaces do. */
export const grant = exactlyOneOf(
  object('What other namespaces may do through this connection; its own namespace may do everything.', {
    namespaces: setOf(
      matching(
        63,
        '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$',
        'must be the name of a namespace: lower case letters, digits and -',
      ).describe('The name of a namespace.'),
    )
      .min(1)
      .optional()
      .describe('The namespaces that this grant is for.'),
    namespaceSelector: namespaceSelector.optional(),
    indices: setOf(nameGlob('A pattern of names, with * as its only wildcard.'))
      .optional()
      .describe('Indexes and aliases that may be used; the names of both must match. Default: none.'),
    repositories: setOf(plainName('a snapshot repository', 'The name of a snapshot repository.'))
      .optional()
      .describe('Snapshot repositories that may be used. Default: none.'),
    operations: setOf(z.enum(['Reindex', 'Snapshot', 'Maintain', 'Delete']).describe('An operation.'), 4)
      .optional()
      .describe(
        'What may be done. Delete means the deletion of indexes, snapshots or archived documents. Default: nothing.',
      ),
    pipelines: setOf(plainName('an ingest pipeline', 'The name of an ingest pipeline.'))
      .optional()
      .describe('Ingest pipelines that a copy may use. Default: none.'),
  }),
  'namespaces',
  'namespaceSelector',
);
