import { array, assert, constant, constantFrom, integer, oneof, property, string, tuple } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seriesTemplate } from '../crds/series.ts';
import { covers } from '../elasticsearch/patterns.ts';
import { formatName, globOf, matchName, parseTemplate, type Template } from './template.ts';

const at = Date.parse;

function templateOf(text: string): Template {
  const parsed = parseTemplate(text);
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.template;
}

const DAILY = 'logs-v{version}-{date:yyyy.MM.dd}';

describe('parseTemplate', () => {
  it('tells what its names say', () => {
    expect(templateOf(DAILY)).toMatchObject({
      hasVersion: true,
      hasWildcard: false,
      dateFormat: { unit: 'Day' },
    });
    expect(templateOf('logs-*')).toMatchObject({ hasVersion: false, hasWildcard: true });
    expect(templateOf('logs').dateFormat).toBeUndefined();
  });

  it.each([
    ['{foo}-x', '{version}'],
    ['logs-{date}', '{date:yyyy.MM.dd}'],
    ['logs-{date:YYYY}', 'yyyy'],
    ['logs-{date:MM}', 'yyyy'],
    ['logs-{', 'brace'],
    ['logs-}', 'brace'],
    ['{{version}}', 'brace'],
    ['{version}-{version}', '{version}'],
    ['{date:yyyy}-{date:MM}', 'yyyy'],
    ['{date:yyyy}-{date:yyyy}', '{date}'],
    ['v{version}{date:yyyy}', 'between'],
    ['v{version}*', 'between'],
    ['*{version}', 'between'],
    ['v1{version}', 'between'],
    ['{version}0', 'between'],
    ['logs-{date:yyyy}*', 'between'],
    ['', 'empty'],
    ['-logs-{version}', 'beginning'],
    ['lo gs', 'spaces'],
    ['a,b', ','],
  ])('refuses %j and names the cure', (text, cure) => {
    expect(parseTemplate(text)).toMatchObject({ ok: false, message: expect.stringContaining(cure) });
  });

  it('takes capital letters, which an alias may have; that a series may not is for its field to say', () => {
    expect(parseTemplate('Logs-{date:yyyy}').ok).toBe(true);
    expect(seriesTemplate('A template.').safeParse('Logs-{date:yyyy}').success).toBe(false);
  });

  it('has the same verdict as the field of the resource', () => {
    const pieces = constantFrom(
      ...'logs - . _ * ** 0 9a { } {version} {date} {date:yyyy} {date:yyyy.MM} {date:dd.MM.yyyy} {date:MM} {date:yyyyMMddHH} {foo} add , ä'.split(
        ' ',
      ),
      "{date:xxxx-'W'ww}",
      '{date:xxxx}',
      "{date:yyyy'MM'}",
      ' ',
    );
    const field = seriesTemplate('A template.');
    assert(
      property(array(pieces, { maxLength: 6 }), (written) => {
        const text = written.join('');
        expect([text, field.safeParse(text).success]).toEqual([text, parseTemplate(text).ok]);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('matchName', () => {
  it.each([
    [DAILY, 'logs-v1-2024.02.29', 1, '2024-02-29', '2024-03-01'],
    [DAILY, 'logs-v10-9999.12.31', 10, '9999-12-31', '+010000-01-01T00:00:00Z'],
    [DAILY, 'logs-v0-2024.01.01', 0, '2024-01-01', '2024-01-02'],
    ['logs-v{version}-{date:yyyy.MM}', 'logs-v2-2016.12', 2, '2016-12-01', '2017-01-01'],
    ['logs-v{version}-{date:yyyy.MM.dd}-*', 'logs-v2-2016.12.31-000001', 2, '2016-12-31', '2017-01-01'],
    ['*-v{version}-{date:yyyy.MM.dd}', 'app-v1-v2-2016.12.31', 2, '2016-12-31', '2017-01-01'],
    ['*-v{version}-{date:yyyy.MM.dd}', '-v2-2016.12.31', 2, '2016-12-31', '2017-01-01'],
  ])('%s: %s', (template, name, version, start, end) => {
    expect(matchName(templateOf(template), name)).toEqual({
      version,
      date: { start: at(start), end: at(end) },
    });
  });

  it('says only what the template asks for', () => {
    expect(matchName(templateOf('orders-v{version}'), 'orders-v3')).toEqual({ version: 3 });
    expect(matchName(templateOf('orders'), 'orders')).toEqual({});
    expect(matchName(templateOf('*'), '')).toEqual({});
  });

  it.each([
    ['an impossible date', DAILY, 'logs-v1-2024.02.30'],
    ['two dates', DAILY, 'logs-v1-2024.01.01-2024.01.02'],
    ['a suffix', DAILY, 'logs-v1-2024.01.01-error'],
    ['a suffix of digits', DAILY, 'logs-v1-2024.01.011'],
    ['a longer word in front', DAILY, 'mylogs-v1-2024.01.01'],
    ['a longer word behind', 'logs-v{version}', 'logs-v1x'],
    ['another word', DAILY, 'logs-x1-2024.01.01'],
    ['a finer date', 'logs-v{version}-{date:yyyy.MM}', 'logs-v1-2024.01.01'],
    ['a coarser date', DAILY, 'logs-v1-2024.01'],
    ['another separator', DAILY, 'logs-v1-2024-01-01'],
    ['another letter for a dot', DAILY, 'logs-v1-2024x01x01'],
    ['a leading zero', DAILY, 'logs-v01-2024.01.01'],
    ['a sign', 'logs-v{version}', 'logs-v-1'],
    ['no version', DAILY, 'logs-v-2024.01.01'],
    ['a version beyond reason', 'logs-v{version}', 'logs-v1234567890'],
    ['upper case', DAILY, 'LOGS-v1-2024.01.01'],
    ['a line after it', DAILY, 'logs-v1-2024.01.01\n'],
    ['two readings of a version', '*-v{version}-*', 'a-v1-v2-b'],
    ['two readings of a date', '*-{date:yyyy}-*', 'a-2024-2025-b'],
    ['nothing', DAILY, ''],
  ])('finds nothing in a name with %s: %s', (_what, template, name) => {
    expect(matchName(templateOf(template), name)).toBeUndefined();
  });

  it('does not take long over a name made to be slow', () => {
    const template = templateOf('*a*a*a*a*-{date:yyyy}-*b');
    expect(matchName(template, 'a'.repeat(255))).toBeUndefined();
    expect(matchName(template, `${'a-2024-'.repeat(36)}b`)).toMatchObject({
      date: { start: at('2024-01-01') },
    });
    expect(matchName(template, `${'a-2024-a-2025-'.repeat(18)}b`)).toBeUndefined();
  });
});

describe('formatName', () => {
  it('makes the next name of a series', () => {
    const said = matchName(templateOf('logs-v1-{date:yyyy.MM.dd}'), 'logs-v1-2024.02.29');
    expect(formatName(templateOf('logs-v2-{date:yyyy.MM.dd}'), { date: said?.date?.start ?? 0 })).toBe(
      'logs-v2-2024.02.29',
    );
  });

  it('makes a coarser name from any moment', () => {
    expect(formatName(templateOf('archive-{date:yyyy}'), { date: at('2016-12-31T23:59:59.999Z') })).toBe(
      'archive-2016',
    );
  });

  it.each([
    ['logs-v{version}', { date: 0 }],
    ['logs-{date:yyyy}', { version: 1 }],
    ['logs-*', { version: 1, date: 0 }],
    ['logs-{date:yyyy}', { date: Number.NaN }],
  ])('refuses to guess: %s', (template, values) => {
    expect(() => formatName(templateOf(template), values)).toThrow(RangeError);
  });
});

describe('any template', () => {
  const formats = ['yyyy', 'yyyy.MM', 'yyyy-MM-dd', 'yyyyMMddHH', 'dd.MM.yyyy', "xxxx-'W'ww"];
  const word = constantFrom('logs', 'a-v', 'x.', 'date-', '_');
  const template = tuple(
    word,
    constantFrom('{version}-', ''),
    word,
    constantFrom('', ...formats.map((format) => `{date:${format}}`)),
    constantFrom('', '-x'),
  ).map((pieces) => templateOf(`a${pieces.join('')}`));
  const version = integer({ min: 0, max: 999_999_999 });
  const date = integer({ min: at('0001-01-01T00:00:00Z'), max: at('9999-12-26T00:00:00Z') });

  it('reads what it has written', () => {
    assert(
      property(template, version, date, (made, number, time) => {
        const name = formatName(made, { version: number, date: time });
        const said = matchName(made, name);
        expect(said?.version).toBe(made.hasVersion ? number : undefined);
        expect(said?.date && said.date.start <= time && time < said.date.end).toBe(made.dateFormat && true);
        expect(covers(globOf(made), name)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('finds nothing in a name that it would not write so', () => {
    const letters = constantFrom('0', '1', '2', '9', '.', '-', '_', 'v', 'w', 'W', 'a');
    const edit = oneof(
      tuple(constant('insert'), string({ unit: letters, maxLength: 3 })),
      tuple(constant('replace'), string({ unit: letters, minLength: 1, maxLength: 3 })),
      tuple(constant('remove'), constantFrom('')),
    );
    assert(
      property(
        template,
        version,
        date,
        array(tuple(edit, integer({ min: 0, max: 40 })), { minLength: 1, maxLength: 3 }),
        (made, number, time, edits) => {
          const written = formatName(made, { version: number, date: time });
          const name = edits.reduce((text, [[how, piece], where]) => {
            const dropped = how === 'insert' ? 0 : Math.max(piece.length, 1);
            return text.slice(0, where) + piece + text.slice(where + dropped);
          }, written);
          const said = matchName(made, name);
          if (said === undefined) return;
          const again = {
            ...(said.version !== undefined && { version: said.version }),
            ...(said.date && { date: said.date.start }),
          };
          expect(formatName(made, again)).toBe(name);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
