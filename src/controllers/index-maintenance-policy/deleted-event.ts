import type { ResourceEvent } from '../../runtime/controller.ts';
import type { Run } from './observed.ts';

/** An Event takes 1,024 bytes; the rest is for the counts. */
const NAMES_BYTES = 900;

/** What a run has deleted, by name as far as that fits, and how much of its plan has stayed. */
export function deletedEvent(run: Run): readonly ResourceEvent[] {
  const { deleted, dropped, aliasesFailed = 0 } = run;
  const failed = run.failed - aliasesFailed;
  if (deleted + failed + dropped === 0) return [];
  const note = `indexes deleted: ${deleted}${namesText(run)}, failed: ${failed}, not deleted because they changed: ${dropped}`;
  return [{ type: failed === 0 ? 'Normal' : 'Warning', reason: 'IndexesDeleted', action: 'Delete', note }];
}

function namesText({ deleted, deletedNames = [] }: Run): string {
  const fitting = deletedNames.filter((_, at) => bytes(deletedNames.slice(0, at + 1)) <= NAMES_BYTES);
  if (fitting.length === 0) return '';
  const more = deleted - fitting.length;
  return ` (${fitting.join(', ')}${more === 0 ? '' : ` and ${more} more`})`;
}

const bytes = (names: readonly string[]): number => new TextEncoder().encode(names.join(', ')).length;
