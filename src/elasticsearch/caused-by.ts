import { z } from 'zod';

const layer = z.object({ reason: z.string().nullish().catch(undefined), caused_by: z.unknown().optional() });

/** So deep is no error that Elasticsearch answers. */
const MOST_LAYERS = 10;

/** The reasons below the outermost one, which may only say that something failed: of a script it is "runtime error". */
export const causedBy = z
  .unknown()
  .optional()
  .transform((outermost): readonly string[] => {
    const reasons: string[] = [];
    let cause = outermost;
    for (let depth = 0; depth < MOST_LAYERS; depth += 1) {
      const parsed = layer.safeParse(cause);
      if (!parsed.success) break;
      if (parsed.data.reason) reasons.push(parsed.data.reason);
      cause = parsed.data.caused_by;
    }
    return reasons;
  });
