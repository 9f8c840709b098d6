import { elasticsearchConnection } from '../crds/elasticsearch-connection.ts';
import type { ElasticsearchConnection } from '../crds/elasticsearch-connection.ts';
import { indexMaintenancePolicy } from '../crds/index-maintenance-policy.ts';
import type { IndexMaintenancePolicy } from '../crds/index-maintenance-policy.ts';
import { kinds } from '../crds/kinds.ts';
import { reindexRequest } from '../crds/reindex-request.ts';
import type { ReindexRequest } from '../crds/reindex-request.ts';
import type { KindDefinition, Resource } from '../crds/shared.ts';
import { snapshotSchedule } from '../crds/snapshot-schedule.ts';
import type { SnapshotSchedule } from '../crds/snapshot-schedule.ts';
import { misused } from './failure.ts';

/** Any object of ours, told apart by its kind. */
export type Ours =
  | { readonly type: 'connection'; readonly resource: ElasticsearchConnection }
  | { readonly type: 'reindex'; readonly resource: ReindexRequest }
  | { readonly type: 'snapshots'; readonly resource: SnapshotSchedule }
  | { readonly type: 'maintenance'; readonly resource: IndexMaintenancePolicy };

export type KindName = Ours['type'];

/** An object of this kind, or of one of these. */
export type OursOf<Type extends KindName> = Extract<Ours, { readonly type: Type }>;

export const definitions: Readonly<Record<KindName, KindDefinition<unknown, unknown>>> = {
  connection: elasticsearchConnection,
  reindex: reindexRequest,
  snapshots: snapshotSchedule,
  maintenance: indexMaintenancePolicy,
};

/** In the order in which status lists them. */
export const kindNames = Object.keys(definitions) as readonly KindName[]; // its very keys

/** What the API server gave as one of ours. Its schema stands for the shape; every member of a status is optional. */
export const ours = <Type extends KindName>(type: Type, resource: Resource<unknown, unknown>) =>
  ({ type, resource }) as Ours as OursOf<Type>;

/** `reindex/products-v2`, as kubectl understands it too. */
export const nameOf = (type: KindName, name: string): string => `${shortName(type)}/${name}`;

export const titleOf = ({ type, resource }: Ours): string => nameOf(type, resource.metadata.name);

const shortName = (type: KindName): string => definitions[type].shortNames[0] ?? definitions[type].singular;

/** `IndexMaintenancePolicies, ReindexRequests`, for people. */
export const pluralsOf = (types: readonly KindName[]): string =>
  types.map((type) => `${definitions[type].kind.replace(/y$/, 'ie')}s`).join(', ');

/** What a person named; without a kind it is one of those that the command works on. */
export interface Named<Type extends KindName> {
  readonly kinds: readonly Type[];
  readonly name: string;
}

/**
 * Reads `reindex/products-v2`, `reindex products-v2 other` and plain names, as kubectl reads them.
 * @throws PluginError for anything else, such as what is left of `reindex/$NAME` where NAME is not set.
 */
export function namedBy<Type extends KindName>(
  args: readonly string[],
  usable: readonly Type[],
): readonly Named<Type>[] {
  const [first, ...rest] = args;
  const kind = first === undefined || first.includes('/') ? undefined : kindCalled(first);
  if (kind !== undefined && rest.length > 0)
    return rest.map((name) => ({ kinds: [checked(kind, usable)], name: objectName(name, name) }));
  return args.map((arg) => {
    const [before = '', ...after] = arg.split('/');
    if (after.length === 0) return { kinds: usable, name: objectName(arg, arg) };
    const named = checked(kindCalled(before) ?? unknownKind(before), usable);
    return { kinds: [named], name: objectName(after.join('/'), arg) };
  });
}

/** What the API server would take as part of a path is no name: of nothing it answers with a list. */
function objectName(name: string, arg: string): string {
  if (/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(name)) return name;
  throw misused(`"${arg}" names no object: write KIND/NAME, KIND NAME or NAME, such as reindex/products-v2`);
}

function kindCalled(written: string): KindName | undefined {
  const word = written.toLowerCase().replace(/\.es-steward\.dev$/, '');
  return kindNames.find((type) => {
    const { singular, plural, shortNames } = definitions[type];
    return [singular, plural, ...shortNames].includes(word);
  });
}

function unknownKind(written: string): never {
  const known = kinds.map(({ singular, shortNames }) => `${shortNames[0] ?? ''} (${singular})`);
  throw misused(`there is no kind ${written} here: it is one of ${known.join(', ')}`);
}

function checked<Type extends KindName>(type: KindName, usable: readonly Type[]): Type {
  const found = usable.find((each) => each === type);
  if (found !== undefined) return found;
  const can = usable.map((each) => definitions[each].kind).join(' and ');
  throw misused(`this command works on ${can}, not on ${definitions[type].kind}`);
}
