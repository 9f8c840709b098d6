import type { ControllerRunner } from '../runtime/start-controller.ts';
import { checkRoute } from './http.ts';
import type { Check, Routes } from './http.ts';

/** A view of the API server's objects, as far as its health goes. */
export type View = Pick<ControllerRunner, 'name' | 'unlisted' | 'viewAgeMs'>;

export interface HealthOptions {
  readonly views: readonly View[];
  /** Milliseconds since a view last failed and tried again: then it is alive, whatever the API server is. */
  readonly sinceTriedMs: (view: string) => number;
  readonly isStopping: () => boolean;
}

/** Three times the idle limit of a watch (90 s): a view that neither heard nor tried anything for so long hangs. */
const SILENT_MS = 270_000;

/**
 * `/healthz`: this process works; a restart would help if it did not. `/readyz`: it knows what it looks after. An API
 * server that is away, or a CRD that is not installed, is no reason for a restart.
 */
export function createHealth({ views, sinceTriedMs, isStopping }: HealthOptions): Routes {
  const silentMs = (view: View) => Math.min(view.viewAgeMs(), sinceTriedMs(view.name));
  const checks = (check: (view: View) => string | undefined): Readonly<Record<string, Check>> =>
    Object.fromEntries(views.map((view) => [view.name, () => check(view)]));
  return {
    '/healthz': checkRoute({
      // That this is answered at all shows that the event loop turns.
      'event-loop': () => undefined,
      ...checks((view) =>
        silentMs(view) > SILENT_MS ? 'its watch has been silent for too long' : undefined,
      ),
    }),
    '/readyz': checkRoute({
      running: () => (isStopping() ? 'the process is stopping' : undefined),
      ...checks((view) => unlistedText(view.unlisted())),
    }),
  };
}

function unlistedText(unlisted: readonly string[]): string | undefined {
  if (unlisted.length === 0) return undefined;
  return `not synced: ${unlisted.join(', ')}; see the log for what is missing`;
}
