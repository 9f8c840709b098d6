import type { z } from 'zod';
import {
  AGE,
  CATEGORY,
  type Column,
  type ConditionDoc,
  commonConditions,
  type DeepReadonly,
  GROUP,
  type KindDefinition,
  VERSION,
} from './shared.ts';

export interface KindSource<Spec extends z.ZodType, Status extends z.ZodType> {
  readonly kind: string;
  readonly plural: string;
  readonly shortNames: readonly string[];
  readonly description: string;
  readonly spec: Spec;
  readonly status: Status;
  /** Without Age, which every kind has last. */
  readonly columns: readonly Column[];
  readonly conditions: readonly ConditionDoc[];
  /** Counts up when a status comes to mean what an older operator would misread; 1 when absent. */
  readonly statusFormat?: number;
  readonly firstStatus?: Partial<DeepReadonly<z.output<Status>>>;
  readonly leaves?: string;
}

/** A kind of this operator from its schemas; the manifest, the reference page and the types come from what it returns. */
export function defineCrd<Spec extends z.ZodType, Status extends z.ZodType>(
  source: KindSource<Spec, Status>,
): KindDefinition<DeepReadonly<z.output<Spec>>, DeepReadonly<z.output<Status>>> {
  return {
    ...source,
    group: GROUP,
    version: VERSION,
    singular: source.kind.toLowerCase(),
    listKind: `${source.kind}List`,
    statusFormat: source.statusFormat ?? 1,
    categories: [CATEGORY],
    columns: [...source.columns, AGE],
    conditions: [...source.conditions, ...commonConditions],
    // A schema yields plain data; that nobody here may write to it is a promise of the type alone.
    spec: source.spec as unknown as z.ZodType<DeepReadonly<z.output<Spec>>>,
    status: source.status as unknown as z.ZodType<DeepReadonly<z.output<Status>>>,
  };
}
