import { z } from 'zod';
import { indexTemplate } from './alias-template.ts';
import { duration } from './duration.ts';
import { freeForm, object } from './fields.ts';

/** Documents, not indexes: what is old moves to an index of its own. */
export const archive = object(
  'Which documents move to an archive index, and to which. They are copied, read back, and only then deleted from their index.',
  {
    olderThan: duration('1m', '36500d').describe('Documents move when their date is older than this.'),
    field: z
      .string()
      .min(1)
      .max(255)
      .regex(/^[^*,\s]+$/u)
      .describe(
        'The date field of the documents. One without a date stays; of several dates the latest counts.',
      ),
    query: freeForm(1, 1)
      .optional()
      .describe('Only documents of this query of Elasticsearch move. Absent: all that are old enough.'),
    destination: indexTemplate(
      'The archive index, such as archive, or with {date:FORMAT} one for each year, month or day of the documents, such as archive-{date:yyyy}. It is made with the mapping and settings of the first source.',
    ),
    batchSize: z
      .int()
      .min(1)
      .max(10_000)
      .default(1_000)
      .describe('How many documents move in one step, at most; large documents go in smaller steps.'),
    maxDocumentsPerRun: z
      .int()
      .min(1)
      .max(1_000_000_000)
      .optional()
      .describe('How many documents of this target move in one run. Absent: all, until the next run is due.'),
  },
);
