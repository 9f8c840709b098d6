import { z } from 'zod';
import { indexTemplate } from './alias-template.ts';
import { duration } from './duration.ts';
import { freeForm, object } from './fields.ts';

/** Documents, not indexes: what is old moves to an index of its own. */
export const archive = object(
  'Which documents are moved to an archive index, and to which. They are copied, read back, and only then deleted from their index.',
  {
    olderThan: duration('1m', '36500d').describe('Documents whose date is older than this are moved.'),
    field: z
      .string()
      .min(1)
      .max(255)
      .regex(/^[^*,\s]+$/u)
      .describe(
        'The date field of the documents. A document without a date stays; of several dates the latest counts.',
      ),
    query: freeForm(1, 1)
      .optional()
      .describe(
        'Move only documents that match this Elasticsearch query, which may not look values up in another index. Default: all that are old enough.',
      ),
    destination: indexTemplate(
      'The archive index, such as archive; with {date:FORMAT} one for each year, month or day of the documents, such as archive-{date:yyyy}. It is created with the mapping and settings of the first source.',
    ),
    batchSize: z
      .int()
      .min(1)
      .max(10_000)
      .default(1_000)
      .describe(
        'How many documents are moved in one step, at most. Large documents are moved in smaller steps.',
      ),
    maxDocumentsPerRun: z
      .int()
      .min(1)
      .max(1_000_000_000)
      .optional()
      .describe(
        'How many documents of this target are moved in one run, at most. Default: no limit, until the next run is due.',
      ),
  },
);
