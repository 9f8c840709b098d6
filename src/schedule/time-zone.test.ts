import { describe, expect, it } from 'vitest';
import { isTimeZone, offsetAt, stretches } from './time-zone.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const at = Date.parse;

describe('isTimeZone', () => {
  it.each(['Etc/UTC', 'UTC', 'Europe/Berlin', 'Europe/Kyiv', 'US/Eastern', 'Etc/GMT+1', 'Asia/Kathmandu'])(
    'knows %s',
    (name) => {
      expect(isTimeZone(name)).toBe(true);
    },
  );

  it.each(['', 'Mars/Phobos', '+01:00', '-05', 'Local', 'Europe', 'Europe/Berlin ', 'GMT+1', 'Factory'])(
    'does not know %j',
    (name) => {
      expect(isTimeZone(name)).toBe(false);
    },
  );
});

describe('offsetAt', () => {
  it.each([
    ['Etc/UTC', '2026-07-01T00:00:00Z', 0],
    ['Europe/Berlin', '2026-01-01T00:00:00Z', HOUR],
    ['Europe/Berlin', '2026-07-01T00:00:00Z', 2 * HOUR],
    ['America/New_York', '2026-01-01T00:00:00Z', -5 * HOUR],
    ['Asia/Kathmandu', '2026-01-01T00:00:00Z', 5 * HOUR + 45 * MINUTE],
    ['Australia/Lord_Howe', '2026-07-01T00:00:00Z', 10 * HOUR + 30 * MINUTE],
    ['Pacific/Kiritimati', '2026-12-31T23:59:59Z', 14 * HOUR],
    ['Etc/GMT+12', '2028-02-29T00:00:00Z', -12 * HOUR],
  ])('is right for %s at %s', (zone, time, offset) => {
    expect(offsetAt(zone, at(time))).toBe(offset);
  });

  it('does not depend on milliseconds', () => {
    expect(offsetAt('Europe/Berlin', at('2026-01-01T00:00:00.999Z'))).toBe(HOUR);
  });

  it('refuses what is no time zone', () => {
    expect(() => offsetAt('Mars/Phobos', 0)).toThrow(RangeError);
  });
});

describe('stretches', () => {
  it('end at the very moment of a change', () => {
    const [from, change, to] = [at('2026-03-28T12:00Z'), at('2026-03-29T01:00Z'), at('2026-03-30T12:00Z')];
    expect(stretches('Europe/Berlin', from, to, DAY)).toEqual([
      { from, to: change, offset: HOUR, offsetBefore: HOUR },
      { from: change, to, offset: 2 * HOUR, offsetBefore: HOUR },
    ]);
  });

  it('are one where nothing changes', () => {
    const [from, to] = [at('2026-03-01T00:00Z'), at('2026-03-03T00:00Z')];
    expect(stretches('Asia/Kathmandu', from, to, DAY)).toHaveLength(1);
  });

  it('leave a change at their end to whoever asks for what follows', () => {
    const change = at('2026-03-29T01:00Z');
    expect(stretches('Europe/Berlin', change - DAY, change, DAY)).toHaveLength(1);
    expect(stretches('Europe/Berlin', change, change + DAY, DAY)).toHaveLength(1);
  });
});
