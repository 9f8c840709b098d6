import { parseDuration } from '../../crds/duration.ts';
import type { IndexMaintenancePolicySpec, MaintenanceTarget } from '../../crds/index-maintenance-policy.ts';
import type { Period } from '../../naming/period.ts';
import { globOf, matchName, type NameParts, parseTemplate, type Template } from '../../naming/template.ts';
import { TerminalError } from '../../runtime/errors.ts';
import { namesAnIndex } from '../query-lookups.ts';
import type { ListedIndex } from './observed.ts';

type AliasSpec = NonNullable<MaintenanceTarget['aliases']>[number];

/** A target whose templates are read. */
export interface CompiledTarget {
  readonly spec: MaintenanceTarget;
  readonly template: Template;
  readonly excludes: readonly Template[];
  readonly aliases: readonly CompiledAlias[];
  /** How its archive indexes are called. */
  readonly archive: Template | undefined;
  /** Matches names of the same shape, so that one that is no date can be told of. */
  readonly shape: Template;
}

export interface CompiledAlias {
  readonly spec: AliasSpec;
  readonly template: Template;
  /** Milliseconds; undefined for All. */
  readonly window: number | undefined;
}

/** An index with what its target knows of it. */
export interface Member {
  readonly index: ListedIndex;
  readonly version: number | undefined;
  /** What its name says it holds; undefined without a date in it. Aliases, versions and counts go by this. */
  readonly partition: Period | undefined;
  /** What its age is counted from: the end of this. Undefined when nothing says how old it is. */
  readonly period: Period | undefined;
}

export interface Matched {
  readonly target: CompiledTarget;
  readonly members: readonly Member[];
  /** Names that look like those of the series and are not. */
  readonly unparsable: readonly string[];
}

/**
 * @throws TerminalError InvalidSpec for a template that a stored object may have from before a rule, and for a query that reads
 * what was not granted.
 */
export function compileTargets({
  targets,
}: Pick<IndexMaintenancePolicySpec, 'targets'>): readonly CompiledTarget[] {
  return targets.map((spec) => {
    if (namesAnIndex(spec.archive?.query)) throw invalid(spec.name, OTHER_INDEX);
    const template = read(spec.name, spec.series ?? spec.pattern ?? '');
    return {
      spec,
      template,
      shape: read(spec.name, globOf(template)),
      archive: spec.archive && read(spec.name, spec.archive.destination),
      excludes: (spec.exclude ?? []).map((pattern) => read(spec.name, pattern)),
      aliases: (spec.aliases ?? []).map((alias) => ({
        spec: alias,
        template: read(spec.name, alias.name),
        window: alias.window === 'All' ? undefined : parseDuration(alias.window),
      })),
    };
  });
}

function read(target: string, text: string): Template {
  const parsed = parseTemplate(text);
  if (!parsed.ok) throw invalid(target, parsed.message);
  return parsed.template;
}

const OTHER_INDEX = 'archive.query reads another index, which is not allowed: put the values into the query';

const invalid = (target: string, message: string) =>
  new TerminalError('InvalidSpec', `spec.targets[${target}]: ${message}`);

/** Whether an alias of that name is the one, or one of those, that a target keeps. */
export function isNameOf({ template }: CompiledAlias, name: string): boolean {
  return matchName(template, name) !== undefined;
}

/** Whether a name belongs to a target, and what it says; undefined when it does not, as its own archives never do. */
export function partsOf({ template, excludes, archive }: CompiledTarget, name: string) {
  if (archive !== undefined && matchName(archive, name) !== undefined) return undefined;
  if (excludes.some((exclude) => matchName(exclude, name) !== undefined)) return undefined;
  return matchName(template, name);
}

/** Every index belongs to the first target that its name matches. */
export const targetOf = (targets: readonly CompiledTarget[], name: string): CompiledTarget | undefined =>
  targets.find((target) => partsOf(target, name) !== undefined);

/** Gives every index to the first target that its name belongs to. */
export function matchTargets(
  targets: readonly CompiledTarget[],
  indices: readonly ListedIndex[],
  newest: ReadonlyMap<string, number>,
): readonly Matched[] {
  const matched = targets.map((target) => ({ target, members: [] as Member[], unparsable: [] as string[] }));
  for (const index of indices) {
    const owned = ownerOf(matched, index.name);
    if (owned === undefined)
      matched.find(({ target }) => looksAlike(target, index.name))?.unparsable.push(index.name);
    else owned.members.push(memberOf(owned.target, owned.parts, index, newest));
  }
  return matched;
}

function ownerOf<Each extends Pick<Matched, 'target'>>(all: readonly Each[], name: string) {
  for (const each of all) {
    const parts = partsOf(each.target, name);
    if (parts !== undefined) return { ...each, parts };
  }
  return undefined;
}

function memberOf(
  target: CompiledTarget,
  { version, date }: NameParts,
  index: ListedIndex,
  newest: ReadonlyMap<string, number>,
): Member {
  return { index, version, partition: date, period: periodOf(target, date, index, newest) };
}

function looksAlike({ spec, shape, excludes, archive }: CompiledTarget, name: string): boolean {
  if (archive !== undefined && matchName(archive, name) !== undefined) return false;
  if (spec.series === undefined || matchName(shape, name) === undefined) return false;
  return !excludes.some((exclude) => matchName(exclude, name) !== undefined);
}

function periodOf(
  { spec }: CompiledTarget,
  date: Period | undefined,
  { uuid, created }: ListedIndex,
  newest: ReadonlyMap<string, number>,
): Period | undefined {
  const from = spec.age?.from ?? (spec.series === undefined ? 'CreationDate' : 'IndexName');
  if (from === 'IndexName') return date;
  const at = from === 'CreationDate' ? created : newest.get(uuid);
  return at === undefined ? undefined : { start: at, end: at };
}

/** Where it stands among the others: what its name says, and only without a date in it its age. */
export function placeOf({ partition, period }: Member): Period | undefined {
  return partition ?? period;
}

/** Newest first; of one place the later version first, then by name, so that every pass has one order. */
export const byPlace = newestFirst((member) => placeOf(member)?.end ?? 0);

/** The same for who is written to, whatever is in documents: where a name says nothing, what was made last is the newest. */
export const byOrigin = newestFirst(
  ({ partition, version, index }) => partition?.end ?? (version === undefined ? index.created : 0),
);

function newestFirst(endOf: (member: Member) => number): (a: Member, b: Member) => number {
  return (a, b) => {
    const ends = endOf(b) - endOf(a);
    if (ends !== 0) return ends;
    const versions = (b.version ?? 0) - (a.version ?? 0);
    if (versions !== 0) return versions;
    return a.index.name < b.index.name ? 1 : -1;
  };
}
