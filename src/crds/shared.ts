import { z } from 'zod';
import { immutable, list, name, object, text, time, withRules } from './fields.ts';

export const GROUP = 'es-steward.dev';
export const VERSION = 'v1alpha1';
/** `kubectl get es-steward` lists every kind. */
export const CATEGORY = 'es-steward';

/** A changed value starts one run, or one pass; echoed in `status.lastHandledRunNow`. */
export const RUN_NOW = `${GROUP}/run-now`;
/** Approves exactly the plan or step whose hash it carries. */
export const APPROVE = `${GROUP}/approve`;
/** A changed value tries once more what has failed. */
export const RETRY = `${GROUP}/retry`;
/** A changed value asks to move the aliases back within the rollback window. */
export const ROLLBACK = `${GROUP}/rollback`;
/** Accepts the cluster with this uuid behind a connection that was pinned to another. */
export const ACCEPT_CLUSTER = `${GROUP}/accept-cluster`;
/** Present only while a run holds something in Elasticsearch that must be let go. */
export const CLEANUP_FINALIZER = `${GROUP}/cleanup`;

/** What the schemas infer, with every member read-only. */
export type DeepReadonly<T> = T extends readonly (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
    : T;

export interface ObjectMeta {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation: number;
  /** RFC 3339, like every time of Kubernetes. */
  readonly creationTimestamp: string;
  readonly deletionTimestamp?: string;
  readonly finalizers?: readonly string[];
  readonly annotations?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
}

/** The longest token that status echoes. */
const LONGEST_TOKEN = 255;

/**
 * The value of an annotation as status can echo it. A longer one is cut before it is compared with the echo: else it
 * would never be equal. Half a character is left out, as the API server would change it.
 */
export function tokenOf(
  { annotations }: Pick<ObjectMeta, 'annotations'>,
  annotation: string,
): string | undefined {
  return annotations?.[annotation]?.slice(0, LONGEST_TOKEN).replace(/[\uD800-\uDBFF]$/, '');
}

/** Besides the annotation: the hash that the spec approves, and the one of the plan that was carried out last. */
interface Approvals {
  readonly approvedPlan?: string | undefined;
  readonly carriedOut?: string | undefined;
}

/**
 * What to tell besides where somebody has approved, but not the plan with this hash; empty where nobody has. An approval
 * that has served its turn is no mistake.
 */
export function approvedOther(
  metadata: Pick<ObjectMeta, 'annotations'>,
  hash: string,
  { approvedPlan, carriedOut }: Approvals = {},
): string {
  const given = [
    { place: 'the annotation', approved: tokenOf(metadata, APPROVE) },
    { place: 'deletion.approvedPlan', approved: approvedPlan },
  ];
  return given
    .filter(({ approved }) => ![undefined, hash, carriedOut].includes(approved))
    .map(({ place, approved }) => `; ${place} says ${approved}, which is another plan`)
    .join('');
}

export interface Resource<Spec, Status> {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly spec: Spec;
  readonly status?: Status;
}

export interface Column {
  readonly name: string;
  readonly jsonPath: string;
  /** `date` only for times that have passed: kubectl prints a future one as `<invalid>`. */
  readonly type: 'string' | 'integer' | 'date' | 'boolean';
  readonly description: string;
  /** Shown with `-o wide` only. */
  readonly wide?: boolean;
}

/** A condition and what it says with each of its reasons; the text of the reference. */
export interface ConditionDoc {
  readonly type: string;
  readonly description: string;
  readonly reasons: Readonly<Record<string, string>>;
}

/** Everything that is known of a kind before any object of it exists. Made by `defineCrd`. */
export interface KindDefinition<Spec, Status> {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly listKind: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly description: string;
  readonly spec: z.ZodType<Spec>;
  readonly status: z.ZodType<Status>;
  readonly columns: readonly Column[];
  readonly conditions: readonly ConditionDoc[];
  /** The newest form of a status that this operator can go on from. */
  readonly statusFormat: number;
  /** What a status says that nothing has been decided for yet, as while its connection is not ready. */
  readonly firstStatus?: Partial<Status>;
  /** What may be left in Elasticsearch when the cleanup of an object is given up, and how to find it: whole sentences. */
  readonly leaves?: string;
}

const condition = object('What is known about one aspect of this object.', {
  type: text(316).describe('The aspect, in PascalCase.'),
  status: z.enum(['True', 'False', 'Unknown']).describe('Whether the aspect holds.'),
  reason: text(1024).describe('The reason in PascalCase; each is listed in the reference.'),
  message: text(32_768).describe('One sentence for a person: what is wrong and where to look.'),
  lastTransitionTime: time('When `status` last changed.'),
  observedGeneration: z
    .int()
    .min(0)
    .optional()
    .describe('The generation of the spec that this condition is about.'),
});

export type Condition = DeepReadonly<z.output<typeof condition>>;

/** As far as its conditions go, the status of every kind. */
export type Conditioned = { readonly conditions?: readonly Condition[] | undefined } | undefined;

/** The condition of that type, if the status has it. */
export const findCondition = (status: Conditioned, type: string): Condition | undefined =>
  status?.conditions?.find((condition) => condition.type === type);

/** Unknown is not True, and neither is what is absent. */
export const isConditionTrue = (status: Conditioned, type: string): boolean =>
  findCondition(status, type)?.status === 'True';

/** Who a status can be gone on from. Lenient: a newer operator may have more to say. */
export const writtenBy = object(
  'The operator that wrote this status. An older operator that does not know its format does nothing.',
  {
    version: text(64).describe('Its version.'),
    format: z
      .int()
      .min(1)
      .describe('The format of the status; it is raised when older operators would misread it.'),
  },
);

/** The members that the status of every kind has. */
export const commonStatus = {
  observedGeneration: z
    .int()
    .min(-1)
    .optional()
    .describe(
      'The generation of the spec that this status describes; -1 before the operator has seen the object.',
    ),
  conditions: list(condition, 32)
    .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] })
    .optional()
    .describe(
      'What is known about this object. Ready is always present, Reconciling and Stalled only when True.',
    ),
  lastHandledRunNow: text(255)
    .optional()
    .describe('The value of the annotation es-steward.dev/run-now that was last handled.'),
  writtenBy: writtenBy.optional(),
};

export const suspend = z
  .boolean()
  .default(false)
  .describe('Stop before the next change in Elasticsearch, and keep reporting. Can be changed at any time.');

/** Required and immutable on every kind but the connection itself. */
export const connectionRef = withRules(
  object('The ElasticsearchConnection to use. Cannot be changed.', {
    name: name('The name of the ElasticsearchConnection.'),
    namespace: name(
      'Its namespace. Default: the namespace of this object. A connection in another namespace must grant the use.',
    ).optional(),
  }),
  immutable('connectionRef'),
);

/** What works through a connection, as far as that goes. */
export interface Connected {
  readonly metadata: { readonly namespace: string };
  readonly spec: {
    readonly connectionRef: { readonly name: string; readonly namespace?: string | undefined };
  };
}

/** The connection that it works through: `namespace/name`. */
export const connectionOf = ({ metadata, spec: { connectionRef } }: Connected): string =>
  `${connectionRef.namespace ?? metadata.namespace}/${connectionRef.name}`;

export const AGE: Column = {
  name: 'Age',
  jsonPath: '.metadata.creationTimestamp',
  type: 'date',
  description: 'Time since the object was created.',
};

/** The status or the message of a condition as a column. */
export const conditionColumn = (
  name: string,
  type: string,
  field: 'status' | 'message' | 'reason',
  description: string,
): Column => ({
  name,
  jsonPath: `.status.conditions[?(@.type=="${type}")].${field}`,
  type: 'string',
  description,
  ...(field === 'status' ? {} : { wide: true }),
});

/** The parts of `Ready` that every kind shares. */
export const commonConditions: readonly ConditionDoc[] = [
  {
    type: 'Reconciling',
    description: 'Present and True while time must pass, or something outside this object must change.',
    reasons: {
      Retrying: 'The last pass ended in a fault; the operator tries again with back-off.',
      NewerStatus:
        'A newer operator, named in the message, has written the status; this one does nothing. Run that version again, or a newer one.',
      Paused:
        'The kill switch of the operator is on: everything is observed and reported, nothing is changed.',
    },
  },
  {
    type: 'Stalled',
    description: 'Present and True when this object must be changed, or has failed.',
    reasons: { InvalidSpec: 'The spec cannot be used; the message names the field.' },
  },
];
