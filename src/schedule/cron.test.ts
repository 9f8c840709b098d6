import { describe, expect, it } from 'vitest';
import { type CronSchedule, parseSchedule, scheduleOf } from './cron.ts';

const range = (from: number, to: number): readonly number[] =>
  Array.from({ length: to - from + 1 }, (_, at) => from + at);

describe('parseSchedule', () => {
  it.each<[string, Partial<CronSchedule>]>([
    ['* * * * *', { minutes: range(0, 59), hours: range(0, 23), days: 'Any' }],
    ['0 */6 * * *', { minutes: [0], hours: [0, 6, 12, 18] }],
    ['5-20/5,59,59 0 * * *', { minutes: [5, 10, 15, 20, 59] }],
    ['0 9-17 * * mon-fri', { hours: range(9, 17), daysOfWeek: range(1, 5), days: 'OfWeek' }],
    ['00 08 01 01 00', { minutes: [0], hours: [8], daysOfMonth: [1], months: [1], daysOfWeek: [0] }],
    ['0 0 1,15 * *', { daysOfMonth: [1, 15], days: 'OfMonth' }],
    ['0 0 13 * 5', { daysOfMonth: [13], daysOfWeek: [5], days: 'Either' }],
    ['0 0 * JAN,jul-Sep *', { months: [1, 7, 8, 9] }],
    ['0 0 * * 7', { daysOfWeek: [0] }],
    ['0 0 * * 0,7', { daysOfWeek: [0] }],
    ['0 0 * * 5-7', { daysOfWeek: [0, 5, 6] }],
    ['0 0 * * Fri-Sun', { daysOfWeek: [0, 5, 6] }],
    ['0 0 * * sun-tue', { daysOfWeek: [0, 1, 2] }],
    ['0 0 * * sun-sun', { daysOfWeek: [0, 1, 2, 3, 4, 5, 6] }],
    ['0 0 * * */2', { daysOfWeek: [0, 2, 4, 6], days: 'OfWeek' }],
    ['0 0 */1 * 1', { days: 'OfWeek' }],
    ['0 0 */2 * 1', { days: 'Either' }],
    ['0 0 1-31 * 1', { days: 'Either' }],
    ['  0\t0  * * *\n', { minutes: [0], hours: [0] }],
    ['0 0 30 2 *', { daysOfMonth: [30], months: [2] }],
  ])('reads %j', (written, expected) => {
    expect(scheduleOf(written)).toMatchObject(expected);
  });

  it.each([
    ['@hourly', '0 * * * *'],
    ['@daily', '0 0 * * *'],
    ['@weekly', '0 0 * * 0'],
    ['@monthly', '0 0 1 * *'],
    ['@yearly', '0 0 1 1 *'],
  ])('reads %s as %s', (nickname, fields) => {
    expect(scheduleOf(nickname)).toEqual(scheduleOf(fields));
  });

  it.each(['30 2 * * *', '0,30 1-3 * * *', '0 0 */2 */3 */4', '@daily'])(
    'takes %s for fixed times',
    (written) => {
      expect(scheduleOf(written).fixedTimes).toBe(true);
    },
  );

  it.each([
    '* 2 * * *',
    '30 * * * *',
    '*/15 2 * * *',
    '0-30/10 2 * * *',
    '0 1-5/2 * * *',
    '5,* 1 * * *',
    '@hourly',
  ])('takes %s for whatever the clock shows', (written) => {
    expect(scheduleOf(written).fixedTimes).toBe(false);
  });

  it.each([
    ['60 * * * *', 'minute: '],
    ['-1 * * * *', 'minute: '],
    ['1- * * * *', 'minute: '],
    ['1-2-3 * * * *', 'minute: '],
    ['1.5 * * * *', 'minute: '],
    ['001 * * * *', 'minute: '],
    ['٣ * * * *', 'minute: '],
    [', * * * *', 'minute: '],
    ['0, * * * *', 'minute: '],
    ['jan * * * *', 'minute: '],
    ['* 24 * * *', 'hour: '],
    ['* 22-2 * * *', 'hour: '],
    ['* * 0 * *', 'day of month: '],
    ['* * 32 * *', 'day of month: '],
    ['* * * 13 *', 'month: '],
    ['* * * mon *', 'month: '],
    ['* * * jan/2 *', 'month: '],
    ['* * * * 8', 'day of week: '],
    ['* * * * fri-mon', 'day of week: '],
    ['* * * * sund', 'day of week: '],
    ['* * * * 1-fri-', 'day of week: '],
  ])('refuses %j and names the field', (written, field) => {
    expect(parseSchedule(written)).toMatchObject({ ok: false, message: expect.stringContaining(field) });
  });

  it.each([
    ['', '5 fields'],
    ['* * * *', '5 fields'],
    ['0 * * * * *', 'seconds'],
    ['0 0 1 1 * 2030', 'years'],
    ['@every 5m', '*/15 * * * *'],
    ['@reboot', '@daily'],
    ['@midnight', '@daily'],
    ['@daily @weekly', 'field'],
    ['CRON_TZ=Europe/Berlin 0 0 * * *', 'timeZone'],
    ['TZ=UTC 0 0 * * *', 'timeZone'],
    ['? * * * *', '*'],
    ['0 0 L * *', '28'],
    ['0 0 * * 5L', '28'],
    ['0 0 15W * *', 'days'],
    ['0 0 LW * *', 'days'],
    ['0 0 * * fri#2', '1-7'],
    ['H 0 * * *', 'number'],
    ['5/10 * * * *', '5-59/10'],
    ['*/0 * * * *', '1 to 59'],
    ['*/60 * * * *', '1 to 59'],
    ['* */24 * * *', '1 to 23'],
    ['* 22-2 * * *', 'comma'],
    ['* * * foo *', 'jan'],
  ])('refuses %j and names the cure', (written, cure) => {
    expect(parseSchedule(written)).toMatchObject({ ok: false, message: expect.stringContaining(cure) });
    expect(() => scheduleOf(written)).toThrow(cure);
  });
});
