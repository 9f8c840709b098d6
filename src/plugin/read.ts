import type { Resource } from '../crds/shared.ts';
import type { KindRef, KubernetesObject, ListOptions } from '../kubernetes/api.ts';
import { isKubernetesError } from '../kubernetes/errors.ts';
import { kindRefOf } from '../runtime/resource.ts';
import { misused, refused } from './failure.ts';
import type { Session } from './session.ts';
import { definitions, kindNames, nameOf, ours, type KindName, type Named, type Ours } from './targets.ts';

/** The API server's own schema has seen to the shape of what is ours. */
type Stored = KubernetesObject & Resource<unknown, unknown>;

/** Everything of ours in the namespace of the session, in a stable order. */
export async function listOurs(
  session: Session,
  types: readonly KindName[] = kindNames,
): Promise<readonly Ours[]> {
  const lists = await Promise.all(types.map((type) => listKind(session, type)));
  return lists.flat();
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
  const found = (await Promise.all(kinds.map((type) => getOne(session, type, namespace, name)))).flatMap(
    (one) => one ?? [],
  );
  const [first, second] = found;
  if (first === undefined) {
    await requireKinds(session, kinds);
    const wanted = kinds.map((type) => definitions[type].kind).join(' or ');
    throw refused(
      `there is no ${wanted} ${name} in namespace ${namespace}: kubectl es-steward status -A lists all`,
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
