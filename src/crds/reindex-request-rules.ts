import type { Rule } from './fields.ts';

/** What the rules look at: how the members of a spec belong together. */
interface Members {
  readonly source: { readonly index?: string | undefined; readonly series?: string | undefined };
  readonly destination: { readonly index?: string | undefined; readonly series?: string | undefined };
  readonly transform?:
    | {
        readonly script?: unknown;
        readonly renames?: readonly unknown[] | undefined;
        readonly pipeline?: unknown;
      }
    | undefined;
  readonly verification: { readonly level: string };
}

/** The same twice: for the API server, and for us. */
interface SpecRule extends Rule {
  readonly check: (spec: Members) => boolean;
}

/** Where a date stands in a template, and how it is written. */
const DATE = '[{]date:[^}]*[}]';
const dateOf = (template: string): string => new RegExp(DATE, 'u').exec(template)?.[0] ?? '';
const isExact = (template: string): boolean => !/[*]|[{]version[}]/u.test(template);

const NO_PAIR = '!has(self.source.series) || !has(self.destination.series)';

/** Judged only where both are a series; that they are is a rule of its own. */
const ofPair =
  (check: (from: string, to: string) => boolean) =>
  ({ source, destination }: Members): boolean =>
    source.series === undefined ||
    destination.series === undefined ||
    check(source.series, destination.series);

const changesContents = ({ script, pipeline, renames = [] }: Members['transform'] & object = {}): boolean =>
  script !== undefined || pipeline !== undefined || renames.length > 0;

export const reindexRules: readonly SpecRule[] = [
  {
    rule: '!has(self.source.index) || !has(self.destination.index) || self.source.index != self.destination.index',
    message: 'must differ from source.index: a copy needs an index of its own',
    fieldPath: '.destination.index',
    check: ({ source, destination }) => source.index === undefined || source.index !== destination.index,
  },
  {
    rule: 'has(self.source.series) == has(self.destination.series)',
    message: 'a series is copied into a series: set both source.series and destination.series, or neither',
    fieldPath: '.destination.series',
    check: ({ source, destination }) => (source.series === undefined) === (destination.series === undefined),
  },
  {
    rule: `${NO_PAIR} || (self.source.series.find('${DATE}') != '' && self.source.series.find('${DATE}') == self.destination.series.find('${DATE}'))`,
    message: 'must have the {date:...} of source.series, written in the same way',
    fieldPath: '.destination.series',
    check: ofPair((from, to) => dateOf(from) !== '' && dateOf(from) === dateOf(to)),
  },
  {
    rule: `${NO_PAIR} || (!self.source.series.contains('*') && !self.source.series.contains('{version}') && !self.destination.series.contains('*') && !self.destination.series.contains('{version}') && self.source.series != self.destination.series)`,
    message:
      'must differ from source.series, and both must name their indexes exactly: no {version} and no *',
    fieldPath: '.destination.series',
    check: ofPair((from, to) => from !== to && isExact(from) && isExact(to)),
  },
  {
    rule: "!has(self.transform) || !(self.verification.level in ['Sample', 'Full']) || !(has(self.transform.script) || has(self.transform.pipeline) || (has(self.transform.renames) && size(self.transform.renames) > 0))",
    message: 'Sample and Full compare contents, which a transform changes: use Counts or Ids',
    fieldPath: '.verification.level',
    check: ({ transform, verification: { level } }) =>
      !changesContents(transform) || (level !== 'Sample' && level !== 'Full'),
  },
];
