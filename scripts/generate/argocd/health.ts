import { stringify } from 'yaml';
import { kinds } from '../../../src/crds/kinds.ts';
import { GROUP } from '../../../src/crds/shared.ts';
import { NOT_LOOKED, type ResourceState, resourceStates } from '../../observability/resource-states.ts';
import { GENERATED, type GeneratedFile } from '../files.ts';

/** What is ill although the resource itself does its work, or what nobody but a person mends: a condition that is False. */
const ILL: Readonly<Record<string, readonly string[]>> = {
  ElasticsearchConnection: ['Healthy'],
  SnapshotSchedule: ['Healthy', 'Restorable'],
};

/** Kinds of which nothing goes on by itself while they are not ready. */
const DEGRADED_WHILE_WAITING: ReadonlySet<string> = new Set(['ElasticsearchConnection']);

/** deploy/argocd, in the layout of Argo CD's own resource_customizations. */
export const healthChecks = (): readonly GeneratedFile[] =>
  kinds.flatMap(({ kind }) => {
    const folder = `deploy/argocd/${GROUP}/${kind}`;
    const states = distinct(resourceStates.filter((state) => state.kind === kind));
    return [
      { path: `${folder}/health.lua`, content: script(kind) },
      { path: `${folder}/health_test.yaml`, content: yaml({ tests: states.map(testOf) }) },
      ...states.map(({ name, object }) => ({
        path: `${folder}/testdata/${name}.yaml`,
        content: yaml(object),
      })),
    ];
  });

/** One of each sort is enough to show; a test of this project goes through all. */
const distinct = (states: readonly ResourceState[]): readonly ResourceState[] => [
  ...new Map(states.toReversed().map((state) => [`${state.kstatus} ${state.argo}`, state])).values(),
];

const yaml = (value: unknown): string =>
  `# ${GENERATED}\n${stringify(value, { lineWidth: 0, aliasDuplicateObjects: false })}`;

const testOf = ({ name, argo, message }: ResourceState) => ({
  healthStatus: { status: argo, message },
  inputPath: `testdata/${name}.yaml`,
});

function script(kind: string): string {
  const ill = (ILL[kind] ?? []).map(
    (type) => `if is("${type}", "False") then
  return health("Degraded", conditions["${type}"].message)
end`,
  );
  const waiting = DEGRADED_WHILE_WAITING.has(kind)
    ? `local passing = { Retrying = true, Paused = true }
if is("Reconciling", "True") and not passing[conditions["Reconciling"].reason] then
  return health("Degraded", conditions["Reconciling"].message)
end`
    : '';
  return [`-- ${GENERATED}`, HEAD, ...ill, ...(waiting === '' ? [] : [waiting]), TAIL].join('\n');
}

const HEAD = `local function health(status, message)
  return { status = status, message = message }
end

local status = obj.status or {}
if status.observedGeneration ~= obj.metadata.generation then
  return health("Progressing", "${NOT_LOOKED}")
end

local conditions = {}
for _, condition in ipairs(status.conditions or {}) do
  conditions[condition.type] = condition
end
local function is(type, value)
  return conditions[type] ~= nil and conditions[type].status == value
end

if is("Suspended", "True") then
  return health("Suspended", conditions["Suspended"].message)
end
if is("Stalled", "True") then
  return health("Degraded", conditions["Stalled"].message)
end
-- Waits for a person, as a suspended one does.
if is("ApprovalRequired", "True") then
  return health("Suspended", conditions["ApprovalRequired"].message)
end`;

const TAIL = `if is("Reconciling", "True") then
  return health("Progressing", conditions["Reconciling"].message)
end
if is("Ready", "True") then
  return health("Healthy", conditions["Ready"].message)
end
return health("Progressing", "The operator is at work")
`;
