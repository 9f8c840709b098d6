import type { Resource } from '../crds/shared.ts';
import type { KindRef, KubernetesObject, ListOptions } from '../kubernetes/api.ts';
import { isKubernetesError, type KubernetesError } from '../kubernetes/errors.ts';
import { keyText, kindRefOf } from '../runtime/resource.ts';
import { misused, refused } from './failure.ts';
import type { Session } from './session.ts';
import {
  definitions,
  nameOf,
  ours,
  pluralsOf,
  type KindName,
  type Named,
  type Ours,
  type OursOf,
} from './targets.ts';

/** The API server's own schema has seen to the shape of what is ours. */
type Stored = KubernetesObject & Resource<unknown, unknown>;

/** Everything of ours that this login may see. */
export interface Listed<Type extends KindName = KindName> {
  readonly found: readonly OursOf<Type>[];
  /** Kinds that it may not see. */
  readonly hidden: readonly Type[];
}

/**
 * All objects of these kinds in the namespace of the session, in a stable order.
 * @throws KubernetesError when this login may see none of the kinds.
 */
export async function listOurs<Type extends KindName>(
  session: Session,
  types: readonly Type[],
): Promise<Listed<Type>> {
  const { seen, hidden } = await whereAllowed(types, (type) => listKind(session, type));
  return { found: seen.flatMap((each) => each), hidden };
}

/** Does it for each kind; those that are forbidden are told, as a role may be for some of them only. */
async function whereAllowed<Type extends KindName, T>(
  types: readonly Type[],
  work: (type: Type) => Promise<T>,
): Promise<{ readonly seen: readonly T[]; readonly hidden: readonly Type[] }> {
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

async function listKind<Type extends KindName>(
  session: Session,
  type: Type,
): Promise<readonly OursOf<Type>[]> {
  const items = await listAll<Stored>(session, kindRefOf(definitions[type]), scopeOf(session));
  return items.map((item) => ours(type, item)).sort(byPlace);
}

const byPlace = ({ resource: a }: Ours, { resource: b }: Ours): number =>
  keyText(a.metadata) < keyText(b.metadata) ? -1 : 1;

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

export async function getOne<Type extends KindName>(
  { kubernetes, signal }: Session,
  type: Type,
  namespace: string,
  name: string,
): Promise<OursOf<Type> | undefined> {
  const found = await kubernetes.get<Stored>({ kind: kindRefOf(definitions[type]), namespace, name }, signal);
  return found && ours(type, found);
}

/** The one object that was named. @throws PluginError when there is none, or a plain name means two. */
export async function findOne<Type extends KindName>(
  session: Session,
  { kinds, name }: Named<Type>,
): Promise<OursOf<Type>> {
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
