import { GROUP } from '../crds/shared.ts';
import type { KindRef, KubernetesObject } from '../kubernetes/api.ts';
import { EVENTS } from '../runtime/event-body.ts';
import type { ArchivedFile } from './archive.ts';
import { leaseless, operatorFacts, operatorLine, type OperatorFacts, UNKNOWN } from './operator.ts';
import { plain } from './paint.ts';
import { listAll, listOurs, scopeOf, type Listed } from './read.ts';
import { podFiles } from './report-pods.ts';
import { partOf, type Try, yamlFile } from './report-parts.ts';
import { safeText } from './safe.ts';
import type { Session } from './session.ts';
import { statusLines } from './status-lines.ts';
import { definitions, kindNames, pluralsOf, type Ours } from './targets.ts';
import { verdictOf } from './verdict.ts';

export interface Bundle {
  readonly files: readonly ArchivedFile[];
  /** What could not be read, and why: sentences. */
  readonly gaps: readonly string[];
}

/** Everything that helps to understand what happened. Never a Secret: none is asked for. */
export async function collect(session: Session): Promise<Bundle> {
  const gaps: string[] = [];
  const attempt: Try = async (what, work, otherwise) => {
    try {
      return await work();
    } catch (error) {
      if (session.signal.aborted) throw error;
      gaps.push(`${what}: ${safeText(error instanceof Error ? error.message : String(error))}`);
      return otherwise;
    }
  };
  const listed = await listOurs(session, kindNames); // without these there is nothing to report: this may fail
  const { found, hidden } = listed;
  if (hidden.length > 0) gaps.push(`${pluralsOf(hidden)}: not allowed`);
  const facts = await attempt('the operator', () => operatorFacts(session), [UNKNOWN]);
  const operators = leaseless(facts, found);
  const parts = await Promise.all([
    versionFiles(session, attempt, operators),
    eventFiles(session, attempt),
    definitionFiles(session, attempt),
    podFiles(
      session,
      attempt,
      operators.flatMap(({ namespace }) => namespace ?? []),
    ),
  ]);
  const files = [summary(session, listed, operators), ...found.map(resourceFile), ...parts.flat()];
  return { files: gaps.length === 0 ? files : [...files, gapFile(gaps)], gaps };
}

const gapFile = (gaps: readonly string[]): ArchivedFile => ({
  path: 'not-read.txt',
  content: `${gaps.join('\n')}\n`,
});

function summary(
  session: Session,
  { found, hidden }: Listed,
  operators: readonly OperatorFacts[],
): ArchivedFile {
  const now = session.clock.now();
  const rows = found.map((one) => ({ one, verdict: verdictOf(one, now) }));
  const view = {
    rows,
    hidden,
    operators: operators.map((each) => operatorLine(each, now)),
    namespace: undefined,
    paint: plain,
    width: undefined,
  };
  return { path: 'status.txt', content: `${statusLines(view).map(safeText).join('\n')}\n` };
}

function resourceFile({ type, resource }: Ours): ArchivedFile {
  const { namespace, name } = resource.metadata;
  return yamlFile(`resources/${namespace}/${definitions[type].singular}/${partOf(name)}.yaml`, {
    ...resource,
    // A list leaves out what all of its items are.
    apiVersion: `${GROUP}/${definitions[type].version}`,
    kind: definitions[type].kind,
  });
}

async function versionFiles(
  session: Session,
  attempt: Try,
  operators: readonly OperatorFacts[],
): Promise<readonly ArchivedFile[]> {
  const kubernetes = await attempt(
    'the version of Kubernetes',
    () => session.readJson('/version', 'GET version'),
    null,
  );
  const { clock, version, namespace = 'all' } = session;
  const time = new Date(clock.now()).toISOString();
  return [
    yamlFile('versions.yaml', {
      time,
      plugin: version,
      namespace,
      node: process.version,
      kubernetes,
      operators,
    }),
  ];
}

type Event = KubernetesObject & {
  readonly regarding?: { readonly apiVersion?: string };
  readonly reportingController?: string;
};

/** Those about objects of ours; others are none of our business. */
async function eventFiles(session: Session, attempt: Try): Promise<readonly ArchivedFile[]> {
  const events = await attempt('events', () => listAll<Event>(session, EVENTS, scopeOf(session)), []);
  const about = events.filter(({ regarding }) => regarding?.apiVersion?.startsWith(`${GROUP}/`));
  return [yamlFile('events.yaml', about)];
}

const DEFINITIONS: KindRef = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  plural: 'customresourcedefinitions',
};

type Definition = KubernetesObject & {
  readonly spec: {
    readonly versions: readonly {
      readonly name: string;
      readonly served: boolean;
      readonly storage: boolean;
    }[];
  };
  readonly status?: unknown;
};

/** Without the schemas, which are long and in the repository. */
async function definitionFiles(session: Session, attempt: Try): Promise<readonly ArchivedFile[]> {
  const read = (plural: string) =>
    session.kubernetes.get<Definition>({ kind: DEFINITIONS, name: `${plural}.${GROUP}` }, session.signal);
  const found = await attempt(
    'definitions',
    () => Promise.all(Object.values(definitions).map(({ plural }) => read(plural))),
    [],
  );
  const told = found.flatMap((each) => (each === undefined ? [] : [withoutSchema(each)]));
  return [yamlFile('definitions.yaml', told)];
}

const withoutSchema = ({ metadata, spec, status }: Definition): unknown => ({
  metadata,
  versions: spec.versions.map(({ name, served, storage }) => ({ name, served, storage })),
  status,
});
