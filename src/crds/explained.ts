import type { Schema } from './schema.ts';

/**
 * `kubectl explain` prints descriptions, types and enums, but neither bounds nor defaults nor rules: here the descriptions
 * say them. The pages of the reference have columns for them, and take the schema as it is.
 */
export function explained(schema: Schema): Schema {
  const { description, properties, items, additionalProperties } = schema;
  return {
    ...schema,
    ...(description !== undefined && { description: inWords(schema, description) }),
    ...(items && { items: explained(items) }),
    ...(additionalProperties && { additionalProperties: explained(additionalProperties) }),
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([key, value]) => [key, explained(value)]),
      ),
    }),
  };
}

function inWords(schema: Schema, description: string): string {
  const byDefault = /\bdefault\b/iu.test(description) ? '' : defaultOf(schema.default);
  return [description, syntaxOf(schema), boundsOf(schema), byDefault].filter((said) => said !== '').join(' ');
}

/** Of a duration or a size, as its refusal says it. */
function syntaxOf(schema: Schema): string {
  const messages = (schema['x-kubernetes-validations'] ?? []).map(({ message = '' }) => message);
  const refusal = messages.find((text) => /^must be a (?:duration|size) from /u.test(text));
  return refusal === undefined ? '' : `${refusal.replace('must be a', 'A')}.`;
}

const boundsOf = ({ minimum, maximum }: Schema): string =>
  minimum === undefined || maximum === undefined ? '' : `From ${minimum} to ${maximum}.`;

/** Not of an object, whose members have their own. */
function defaultOf(value: unknown): string {
  if (value === undefined || (typeof value === 'object' && !Array.isArray(value))) return '';
  const words = [value].flat().map(word).join(', ');
  return `Default: ${words === '' ? 'none' : words}.`;
}

/** A pattern such as `*` would be lost beside the full stop. */
const word = (value: unknown): string => (/^\w/u.test(String(value)) ? String(value) : JSON.stringify(value));
