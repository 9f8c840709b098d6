import type { z } from 'zod';
import { matching, type Rule, ruled, unless } from './fields.ts';

/**
 * The rules of `parseTemplate` as the API server can keep them, so that a template is refused when it is written.
 * src/naming/template.test.ts holds both to one verdict.
 */
const TEXT = String.raw`[^{}\\/?"<>|,#:\p{Cc}\p{Z}\p{Lu}]`;
const DATE = String.raw`\{date:(yyyy|MM|dd|HH|xxxx|ww|[._-]|'[A-Za-z]')+\}`;
const SYNTAX = String.raw`^(${TEXT}|\{version\}|${DATE})+$`;

const TOUCHING = String.raw`[0-9*}][{]|[}][0-9*]|[}][{]`;
const TWICE = String.raw`\{version\}.*\{version\}|\{date.*\{date`;
const NUMBER_TWICE = 'yyyy.*yyyy|MM.*MM|dd.*dd|HH.*HH|xxxx.*xxxx|ww.*ww';

const says = (letters: string): string => `date.contains('${letters}')`;
const needs = (letters: string, coarser: string): string => `(!${says(letters)} || ${says(coarser)})`;

const ONE_PERIOD: Rule = {
  rule: `[self.find('[{]date:[^}]*')].all(date, date == '' || (${[
    `${says('yyyy')} != ${says('xxxx')}`,
    `${says('ww')} == ${says('xxxx')}`,
    needs('MM', 'yyyy'),
    needs('dd', 'MM'),
    needs('HH', 'dd'),
    `!date.matches('${NUMBER_TWICE}')`,
  ].join(' && ')}))`,
  message:
    'the date must say one period: yyyy alone, or with MM, MM and dd, or MM, dd and HH; or xxxx with ww; each of them once',
};

function saysOnePeriod(template: string): boolean {
  const date = /[{]date:[^}]*/u.exec(template)?.[0] ?? '';
  const has = (letters: string) => date.includes(letters);
  const need = (letters: string, coarser: string) => !has(letters) || has(coarser);
  if (date === '') return true;
  if (has('yyyy') === has('xxxx') || has('ww') !== has('xxxx')) return false;
  const whole = need('MM', 'yyyy') && need('dd', 'MM') && need('HH', 'dd');
  return whole && !new RegExp(NUMBER_TWICE, 'u').test(date);
}

/** How the names of a series of indexes or aliases are made. */
export function seriesTemplate(description: string): z.ZodString {
  const written = matching(
    255,
    SYNTAX,
    "must be text as in names of indexes, in lower case, with {version}, {date:FORMAT} and *; FORMAT is yyyy MM dd HH, or xxxx-'W'ww, with . - _ or a letter in quotes between",
  );
  const once = unless(written, TWICE, 'must not contain {version} or {date:...} twice');
  const apart = unless(
    once,
    `^[-_]|${TOUCHING}`,
    'must not begin with - or _, and needs a letter or one of . - _ between {version}, {date:...}, * and digits: where one ends could not be told',
  );
  return ruled(apart, ONE_PERIOD, saysOnePeriod).describe(description);
}
