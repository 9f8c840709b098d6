import type { ElasticsearchConnectionSpec } from '../crds/elasticsearch-connection.ts';
import { coveredByAny, isPlainName } from './patterns.ts';

export type Grant = NonNullable<ElasticsearchConnectionSpec['grants']>[number];
export type Operation = NonNullable<Grant['operations']>[number];

/** What a resource of another namespace wants to do with a cluster. */
export interface Wanted {
  readonly namespace: string;
  readonly namespaceLabels: Readonly<Record<string, string>>;
  readonly operations: readonly Operation[];
  /** Index AND alias names, or patterns of them. */
  readonly indices: readonly string[];
  readonly repositories: readonly string[];
  readonly pipelines: readonly string[];
}

/**
 * Names the first thing that no grant gives, or undefined when all is granted. Every operation must be granted on every
 * name by one grant: what two grants give apart (Delete here, an index there) does not add up.
 */
export function missingGrant(grants: readonly Grant[], wanted: Wanted): string | undefined {
  if (wanted.operations.length === 0) return 'a use that names no operation';
  const own = grants.filter((grant) => isFor(grant, wanted.namespace, wanted.namespaceLabels));
  for (const operation of wanted.operations) {
    const giving = own.filter((grant) => grant.operations?.includes(operation));
    const missing = giving.length === 0 ? '' : missingName(giving, wanted);
    if (missing !== undefined) return `operation ${operation}${missing}`;
  }
  return undefined;
}

function missingName(giving: readonly Grant[], wanted: Wanted): string | undefined {
  const missing = (name: string, given: (grant: Grant) => boolean) =>
    !isPlainName(name) || !giving.some(given);
  const index = wanted.indices.find((name) =>
    missing(name, (grant) => coveredByAny(grant.indices ?? [], name)),
  );
  if (index !== undefined) return ` on index or alias "${index}"`;
  const repository = wanted.repositories.find(
    (name) => !giving.some((grant) => grant.repositories?.includes(name)),
  );
  if (repository !== undefined) return ` with repository "${repository}"`;
  const pipeline = wanted.pipelines.find((name) => !giving.some((grant) => grant.pipelines?.includes(name)));
  if (pipeline !== undefined) return ` with pipeline "${pipeline}"`;
  return undefined;
}

/** Whether the labels of a namespace decide about any grant, so that they need to be read. */
export function selectsByLabels(grants: readonly Grant[]): boolean {
  return grants.some((grant) => grant.namespaceSelector !== undefined);
}

function isFor(grant: Grant, namespace: string, labels: Readonly<Record<string, string>>): boolean {
  if (grant.namespaces?.includes(namespace)) return true;
  return grant.namespaceSelector !== undefined && selects(grant.namespaceSelector, labels);
}

type Selector = NonNullable<Grant['namespaceSelector']>;

/** The label selector of Kubernetes; an empty one selects everything. */
function selects(selector: Selector, labels: Readonly<Record<string, string>>): boolean {
  const equal = Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
  return equal && (selector.matchExpressions ?? []).every((requirement) => satisfies(requirement, labels));
}

type Requirement = NonNullable<Selector['matchExpressions']>[number];

const comparisons: Readonly<
  Record<Requirement['operator'], (value: string | undefined, values: readonly string[]) => boolean>
> = {
  In: (value, values) => value !== undefined && values.includes(value),
  NotIn: (value, values) => value === undefined || !values.includes(value),
  Exists: (value) => value !== undefined,
  DoesNotExist: (value) => value === undefined,
};

function satisfies(
  { key, operator, values = [] }: Requirement,
  labels: Readonly<Record<string, string>>,
): boolean {
  return comparisons[operator](labels[key], values);
}
