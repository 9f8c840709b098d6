/** Whether a value of JSON is an object, and no list. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object; an empty one for whatever is none. */
export function asObject(value: unknown): Record<string, unknown> {
  return isObject(value) ? value : {};
}
