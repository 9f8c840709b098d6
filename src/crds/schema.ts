import { z } from 'zod';

/** The part of JSON Schema that a CustomResourceDefinition may hold. */
export interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly multipleOf?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly nullable?: boolean;
  readonly 'x-kubernetes-validations'?: readonly SchemaRule[];
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-int-or-string'?: boolean;
}

export interface SchemaRule {
  readonly rule: string;
  readonly message?: string;
  readonly messageExpression?: string;
  readonly fieldPath?: string;
}

/** A schema as zod draws it, and how many refinements of zod's own stand at each place in it (`/properties/spec`). */
export interface DrawnSchema {
  readonly schema: Schema;
  readonly refinements: ReadonlyMap<string, number>;
}

/** Throws where zod itself knows no JSON Schema: recursion, dates, transforms. */
export function drawSchema(source: z.ZodType): DrawnSchema {
  const refinements = new Map<string, number>();
  const schema = z.toJSONSchema(source, {
    target: 'openapi-3.0',
    // Defaults are the server's work: a member with a default is not required of the author.
    io: 'input',
    reused: 'inline',
    cycles: 'throw',
    unrepresentable: 'throw',
    override: ({ zodSchema, jsonSchema, path }) => {
      const place = path.map((part) => `/${part}`).join('');
      refinements.set(place, Math.max(refinements.get(place) ?? 0, refinementsOf(zodSchema)));
      Object.assign(jsonSchema, lostBy(zodSchema));
      fitForKubernetes(jsonSchema);
    },
  });
  return { schema: schema as Schema, refinements };
}

/** What zod would drop in silence, as keywords that are refused by name. */
function lostBy({ _zod: { def } }: z.core.$ZodTypes | z.core.$ZodType): Record<string, unknown> {
  if (def.type === 'pipe') return { transform: true };
  const keys = 'keyType' in def ? (def.keyType as z.core.$ZodType)._zod.def : undefined;
  return keys !== undefined && (keys.type !== 'string' || keys.checks?.length) ? { propertyNames: true } : {};
}

const refinementsOf = (schema: z.core.$ZodType): number =>
  (schema._zod.def.checks ?? []).filter((check) => check._zod.def.check === 'custom').length;

/**
 * Zod bounds every integer by what a double holds exactly, spells out date-time as a pattern of a kilobyte, and draws
 * an integer or text as a union, which a structural schema says with one keyword.
 */
function fitForKubernetes(schema: Record<string, unknown>): void {
  if (schema['minimum'] === Number.MIN_SAFE_INTEGER) delete schema['minimum'];
  if (schema['maximum'] === Number.MAX_SAFE_INTEGER) delete schema['maximum'];
  if (schema['type'] === 'integer') schema['format'] = 'int64';
  if (schema['format'] === 'date-time') delete schema['pattern'];
  if (schema['x-kubernetes-int-or-string'] === true) delete schema['anyOf'];
}
