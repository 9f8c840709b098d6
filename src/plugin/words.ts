import { type Conditioned, findCondition } from '../crds/shared.ts';

/** Numbers and times as people read them. */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** One or two units, as kubectl writes ages: `45s`, `12m`, `9h`, `3d`. */
export function span(ms: number): string {
  if (ms < 2 * MINUTE) return `${Math.max(0, Math.floor(ms / SECOND))}s`;
  if (ms < 3 * HOUR) return `${Math.floor(ms / MINUTE)}m`;
  if (ms < 2 * DAY) return `${Math.floor(ms / HOUR)}h`;
  return `${Math.floor(ms / DAY)}d`;
}

/** `9h ago`, `in 3h`. */
export function relative(time: string, now: number): string {
  const ms = Date.parse(time) - now;
  return ms <= 0 ? `${span(-ms)} ago` : `in ${span(ms)}`;
}

/** `135,233` */
export const grouped = (count: number): string => count.toLocaleString('en-US');

/** `1 index`, `3 indexes` */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${grouped(count)} ${count === 1 ? one : many}`;

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** `1.2 GiB` */
export function bytes(count: number): string {
  const power = count < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(count) / 10));
  const value = count / 1024 ** power;
  return `${power > 0 && value < 10 ? value.toFixed(1) : Math.round(value)} ${UNITS[power] ?? 'B'}`;
}

/** A sentence as a part of another line: no capital is lost, no full stop stays. */
export const clause = (sentence: string): string => sentence.replace(/\.$/, '');

/** Why an object does not yet say what it would say once it is judged. */
export function unjudgedBecause(status: Conditioned): string {
  const ready = findCondition(status, 'Ready');
  return ready === undefined
    ? 'the operator has not looked at it yet'
    : `${ready.reason}: ${clause(ready.message)}`;
}
