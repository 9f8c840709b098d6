import type { KindDefinition } from '../crds/shared.ts';

/**
 * What a part of the operator asks of the API server, declared beside the code that asks. The rules of the chart are
 * generated from these; a test runs the operator with exactly them and finds each verb used.
 */
export interface Permission {
  /** In every namespace that is looked after, in the operator's own, or on what has no namespace. */
  readonly where: 'watched' | 'own' | 'cluster';
  readonly group: string;
  /** The plural, with its subresource if one is meant. */
  readonly resource: string;
  readonly verbs: readonly Verb[];
  /** Only objects of these names. */
  readonly names?: readonly string[];
  /**
   * Those of the verbs that are needed while the namespace itself is being deleted. Its Roles go with it, often before
   * what holds a finalizer there; without these nobody could let that go, and the namespace would stay for ever.
   */
  readonly outlives?: readonly Verb[];
  /** What it is for: a comment in the chart. */
  readonly why: string;
}

/** `list` and `watch` on Secrets, and `create` on our own kinds, are missing on purpose: docs/safety.md. */
export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete';

export interface Needs {
  /** Its decisions say `holds`: the finalizer comes and goes. */
  readonly holds?: boolean;
  /** Its decisions say `remove`. */
  readonly removes?: boolean;
}

/** What the engine needs for a kind. */
export function permissionsOf(
  { group, plural, kind }: KindDefinition<unknown, unknown>,
  { holds = false, removes = false }: Needs = {},
): readonly Permission[] {
  const outlives: Verb[] = ['get', 'list', 'watch'];
  if (holds) outlives.push('patch');
  const verbs: Verb[] = removes ? [...outlives, 'delete'] : outlives;
  const further = [holds ? 'its finalizer' : '', removes ? 'its end after ttlAfterFinished' : ''];
  const why = [`${kind}: to see it`, ...further.filter((text) => text !== '')].join(', ');
  return [
    { where: 'watched', group, resource: plural, verbs, outlives, why },
    {
      where: 'watched',
      group,
      resource: `${plural}/status`,
      verbs: ['patch'],
      ...(holds ? { outlives: ['patch'] } : {}),
      why: `${kind}: its status`,
    },
  ];
}
