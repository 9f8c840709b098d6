import type { Resource } from '../crds/shared.ts';
import type { KindRef, KubernetesObject, ListOptions } from '../kubernetes/api.ts';
import { isKubernetesError, type KubernetesError } from '../kubernetes/errors.ts';
import { kindRefOf } from '../runtime/resource.ts';
import { misused, refused } from './failure.ts';
import type { Session } from './session.ts';
import {
  definitions,
  kindNames,
  nameOf,
  ours,
  pluralsOf,
  type KindName,
  type Named,
  type Ours,
} from './targets.ts';

/** The API server's own schema has seen to the shape of what is ours. */
type Stored = KubernetesObject & Resource<unknown, unknown>;

/** Everything of ours that this login may see. */
export interface Listed {
  readonly found: readonly Ours[];
  /** Kinds that it may not see. */
  readonly hidden: readonly KindName[];
}

/**
 * Everything of ours in the namespace of the session, in a stable order.
 * @throws KubernetesError when this login may see none of the kinds.
 */
export async function listOurs(session: Session, types: readonly KindName[] = kindNames): Promise<Listed> {
  const { seen, hidden } = await whereAllowed(types, (type) => listKind(session, type));
  return { found: seen.flat(), hidden };
}

/** Does it for each kind; those that are forbidden are told, as a role may be for some of them only. */
async function whereAllowed<T>(
  types: readonly KindName[],
  work: (type: KindName) => Promise<T>,
): Promise<{ readonly seen: readonly T[]; readonly hidden: readonly KindName[] }> {
  const tries = await Promise.all(types.map((type) => unlessForbidden(() => work(type))));
  const [refusal] = tries.flatMap((each) => ('seen' in each ? [] : [each.refusal]));
  const seen = tries.flatMap((each) => ('seen' in each ? [each.seen] : []));
  if (refusal !== undefined && seen.length === 0) throw refusal;
  return { seen, hidden: types.filter((_, at) => 'refusal' in (tries[at] ?? {})) };
}

async function unlessForbidden<T>(
  work: () => Promise<T>,
): Promise<{ readonly seen: T } | { readonly refusal: KubernetesError }> {
  try {
    return { seen: await work() };
  } catch (refusal) {
    if (isKubernetesError(refusal, 'forbidden')) return { refusal };
    throw refusal;
  }
}

async function listKind(session: Session, type: KindName): Promise<readonly Ours[]> {
  const items = await listAll<Stored>(session, kindRefOf(definitions[type]), scopeOf(session));
  return items.map((item) => ours(type, item)).sort(byPlace);
}

const placeOf = ({ resource: { metadata } }: Ours): string => `${metadata.namespace}/${metadata.name}`;
const byPlace = (a: Ours, b: Ours): number => (placeOf(a) < placeOf(b) ? -1 : 1);

export const scopeOf = ({ namespace }: Session): ListOptions =>
  namespace === undefined ? {} : { namespace };

/** All pages of a list. */
export async function listAll<T extends KubernetesObject>(
  { kubernetes, signal }: Session,
  kind: KindRef,
  options: ListOptions,
): Promise<readonly T[]> {
  const items: T[] = [];
  let token: string | undefined;
  do {
    const page = await kubernetes.list<T>(
      kind,
      { ...options, limit: 500, ...(token && { continue: token }) },
      signal,
    );
    items.push(...page.items);
    token = page.continue;
  } while (token !== undefined);
  return items;
}

export async function getOne(
  { kubernetes, signal }: Session,
  type: KindName,
  namespace: string,
  name: string,
): Promise<Ours | undefined> {
  const found = await kubernetes.get<Stored>({ kind: kindRefOf(definitions[type]), namespace, name }, signal);
  return found && ours(type, found);
}

/** The one object that was named. @throws PluginError when there is none, or a plain name means two. */
export async function findOne(session: Session, { kinds, name }: Named): Promise<Ours> {
  const { namespace } = session;
  if (namespace === undefined)
    throw misused(`name the namespace of ${name} with --namespace: names are unique only there`);
  const { seen, hidden } = await whereAllowed(kinds, (type) => getOne(session, type, namespace, name));
  const found = seen.flatMap((one) => one ?? []);
  const [first, second] = found;
  if (first === undefined) {
    const visible = kinds.filter((type) => !hidden.includes(type));
    await requireKinds(session, visible);
    const wanted = visible.map((type) => definitions[type].kind).join(' or ');
    const unseen = hidden.length === 0 ? '' : `. ${pluralsOf(hidden)} are not allowed to this login`;
    throw refused(
      `there is no ${wanted} ${name} in namespace ${namespace}: kubectl es-steward status -A lists all${unseen}`,
    );
  }
  if (second !== undefined)
    throw refused(`${name} is ${found.map(({ type }) => nameOf(type, name)).join(' and ')}: say which`);
  return first;
}

/** "Not there" and "not installed" look the same to `get`; a list tells them apart. */
async function requireKinds(
  { kubernetes, namespace = 'default', signal }: Session,
  types: readonly KindName[],
): Promise<void> {
  for (const type of types)
    await kubernetes.list(kindRefOf(definitions[type]), { namespace, limit: 1 }, signal);
}

/** Undefined when this login may not see it: some things are nice to know only. */
export async function ifAllowed<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (isKubernetesError(error, 'forbidden', 'notFound', 'kindNotInstalled')) return undefined;
    throw error;
  }
}
