import type { Random } from './workload-documents.ts';

/** One step of a writer. Versions are never used twice, so that a document tells which step it is of. */
export type Operation =
  | { readonly type: 'write'; readonly id: string; readonly version: number }
  | { readonly type: 'delete'; readonly id: string };

/** What one writer knows of its own documents: exactly what must be in the index when all its steps are known. */
export interface WriterRecord {
  /** Steps on different documents, none of which is touched again before its step is known to have happened. */
  readonly plan: (count: number) => readonly Operation[];
  /** Only new documents, to begin with. */
  readonly inserts: (count: number) => readonly Operation[];
  /**
   * The step has happened.
   * @param repeated an earlier try of it may still be on its way: the document is never touched again, so that a late
   * try changes nothing.
   */
  readonly happened: (operation: Operation, repeated?: boolean) => void;
  /** The version of every document that must exist, by id. */
  readonly documents: ReadonlyMap<string, number>;
}

/** Of a hundred steps 30 insert, 45 update, 20 delete and 5 create a deleted document anew. */
const SHARE = { insert: 0.3, update: 0.45, delete: 0.2 } as const;

/** The record of a writer that nobody else shares ids with. */
export function createRecord(writer: number, random: Random): WriterRecord {
  const documents = new Map<string, number>();
  const [alive, dead]: [string[], string[]] = [[], []];
  let inserted = 0;
  let version = 0;
  const write = (id: string): Operation => ({ type: 'write', id, version: (version += 1) });
  const insert = () => write(`${writer}-${(inserted += 1)}`);
  const next = (): Operation => {
    const dice = random();
    if (dice < SHARE.insert) return insert();
    const revives = dice >= SHARE.insert + SHARE.update + SHARE.delete;
    const id = takeAny(revives ? dead : alive, random);
    if (id === undefined) return insert();
    return revives || dice < SHARE.insert + SHARE.update ? write(id) : { type: 'delete', id };
  };
  return {
    documents,
    plan: (count) => Array.from({ length: count }, next),
    inserts: (count) => Array.from({ length: count }, insert),
    happened(operation, repeated = false) {
      const { id } = operation;
      if (operation.type === 'write') documents.set(id, operation.version);
      else documents.delete(id);
      if (!repeated) (operation.type === 'write' ? alive : dead).push(id);
    },
  };
}

function takeAny(ids: string[], random: Random): string | undefined {
  const place = Math.floor(random() * ids.length);
  const last = ids.pop();
  const taken = ids[place];
  if (taken === undefined || last === undefined) return last;
  ids[place] = last;
  return taken;
}
