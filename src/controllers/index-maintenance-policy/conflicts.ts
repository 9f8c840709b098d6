import { widthOf } from '../../naming/date-format.ts';
import { formatName, matchName, type Template } from '../../naming/template.ts';
import { keyText } from '../../runtime/resource.ts';
import type { Rival } from './observed.ts';
import { hasRule } from './retention.ts';
import { type CompiledTarget, isNameOf, targetOf } from './targets.ts';

export interface Conflict {
  readonly reason: 'SameIndex' | 'SameAlias' | 'SameArchive';
  /** The index, the alias, or how the archives are called. */
  readonly name: string;
  /** namespace/name of the other policy. */
  readonly rival: string;
}

/** What this policy has its hands on. */
export interface Claims {
  /** Indexes that it may delete, or move documents out of, now or later. */
  readonly indices: Iterable<string>;
  readonly aliases: Iterable<string>;
  /** How the indexes are called that it moves documents to. */
  readonly archives: Iterable<Template>;
}

/** The first thing that another policy claims as well; whoever is right, a person must say so. */
export function conflictOf(
  { indices, aliases, archives }: Claims,
  rivals: readonly Rival[],
): Conflict | undefined {
  if (rivals.length === 0) return undefined;
  for (const name of indices) {
    const rival = rivals.find(({ targets }) => empties(targets, name));
    if (rival) return { reason: 'SameIndex', name, rival: keyText(rival) };
  }
  for (const name of aliases) {
    const rival = rivals.find(({ targets }) => keepsAlias(targets, name));
    if (rival) return { reason: 'SameAlias', name, rival: keyText(rival) };
  }
  for (const archive of archives) {
    const rival = rivals.find(({ targets }) => targets.some((each) => fills(each, archive)));
    if (rival) return { reason: 'SameArchive', name: archive.text, rival: keyText(rival) };
  }
  return undefined;
}

/** Whether a target deletes indexes or documents. */
export function takesAway({ retention, archive }: CompiledTarget['spec']): boolean {
  return hasRule(retention) || archive !== undefined;
}

function empties(targets: readonly CompiledTarget[], name: string): boolean {
  const target = targetOf(targets, name);
  return target !== undefined && takesAway(target.spec);
}

const keepsAlias = (targets: readonly CompiledTarget[], name: string): boolean =>
  targets.some(({ aliases }) => aliases.some((alias) => isNameOf(alias, name)));

/** Whether a target moves documents to an index that may have such a name. */
const fills = ({ archive }: CompiledTarget, other: Template): boolean =>
  archive !== undefined && (mayBeOf(archive, other) || mayBeOf(other, archive));

/** Whether some name is of both: one of the template, with what a name of the other has where its date is. */
function mayBeOf(template: Template, other: Template): boolean {
  const name = withDateFrom(formatName(other, { date: 0 }), template);
  return [template, other].every((each) => matchName(each, name) !== undefined);
}

function withDateFrom(name: string, { parts }: Template): string {
  let at = 0;
  const texts = parts.map((part) => {
    const end = at + (part.type === 'Date' ? widthOf(part.format) : 0);
    const text = part.type === 'Text' ? part.text : name.slice(at, end);
    at += text.length;
    return text;
  });
  return texts.join('');
}
