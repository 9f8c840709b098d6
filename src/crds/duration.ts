import { text, ruled } from './fields.ts';
import type { z } from 'zod';

export const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
] as const;

const SYNTAX = String.raw`^([0-9]{1,9}d)?([0-9]{1,9}h)?([0-9]{1,9}m)?([0-9]{1,9}s)?$`;

/** Milliseconds of `90d`, `1h30m`, `30s`: integers with d, h, m, s, largest first. Undefined for anything else. */
export function parseDuration(written: string): number | undefined {
  const match = new RegExp(SYNTAX, 'u').exec(written);
  if (match === null || written === '') return undefined;
  return UNITS.reduce((sum, [, factor], at) => sum + Number.parseInt(match[at + 1] ?? '0', 10) * factor, 0);
}

/** The same of what must be one: a bound of a field, or what the schema has let pass. @throws RangeError */
export function milliseconds(written: string): number {
  const parsed = parseDuration(written);
  if (parsed === undefined) throw new RangeError(`${written} is not a duration such as 90d, 1h30m or 30s`);
  return parsed;
}

/** Seconds in CEL; its own `duration()` knows no days. */
const SECONDS =
  "int('0' + self.find('^[0-9]+d').replace('d', '')) * 86400 + duration('0s' + self.replace(self.find('^[0-9]+d'), '')).getSeconds()";

/** A duration from `min` to `max`, both included, each written like the value itself. */
export function duration(min: string, max: string): z.ZodString {
  const [low, high] = [milliseconds(min), milliseconds(max)];
  const message = `must be a duration from ${min} to ${max}: integers with d, h, m, s, largest first, such as 1h30m`;
  const rule = `self.matches(r'${SYNTAX}') && size(self) > 0 && ${SECONDS} >= ${low / 1000} && ${SECONDS} <= ${high / 1000}`;
  return ruled(text(40), { rule, message }, (value) => {
    const parsed = parseDuration(value);
    return parsed !== undefined && parsed >= low && parsed <= high;
  });
}
