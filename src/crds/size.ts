import type { z } from 'zod';
import { ruled, text } from './fields.ts';

const SYNTAX = '^[0-9]{1,15}(Ki|Mi|Gi|Ti|Pi)?$';
const POWERS = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi'];

/** Bytes of `500Mi` or `1Gi`; a number without a unit is bytes. Undefined for anything else. */
export function parseSize(written: string): number | undefined {
  const match = /^([0-9]{1,15})([KMGTP]i)?$/u.exec(written);
  if (match === null) return undefined;
  return Number.parseInt(match[1] ?? '', 10) * 1024 ** POWERS.indexOf(match[2] ?? '');
}

/** An amount of bytes from `min` to `max`, both included, each written like the value itself. */
export function size(min: string, max: string): z.ZodString {
  const [low, high] = [bytes(min), bytes(max)];
  return ruled(
    text(32),
    {
      rule: `self.matches(r'${SYNTAX}') && !quantity(self).isLessThan(quantity('${min}')) && !quantity(self).isGreaterThan(quantity('${max}'))`,
      message: `must be a size from ${min} to ${max}: an integer with Ki, Mi, Gi, Ti or Pi, such as 500Mi`,
    },
    (value) => {
      const parsed = parseSize(value);
      return parsed !== undefined && parsed >= low && parsed <= high;
    },
  );
}

function bytes(written: string): number {
  const parsed = parseSize(written);
  if (parsed === undefined) throw new RangeError(`${written} is not a size such as 500Mi or 1Gi`);
  return parsed;
}
