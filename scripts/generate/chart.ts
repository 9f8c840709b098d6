import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { kinds } from '../../src/crds/kinds.ts';
import { customResourceDefinition } from '../../src/crds/manifest.ts';
import { permissions } from '../../src/permissions.ts';
import type { Permission } from '../../src/runtime/permissions.ts';
import { GENERATED, type GeneratedFile } from './files.ts';

const CHART = 'deploy/helm/es-steward';

/** What the chart has of the sources: the kinds, and what the operator may do. */
export const chartFiles = (): readonly GeneratedFile[] => [
  ...kinds.map((definition) => ({
    path: `${CHART}/templates/crds/${definition.plural}.yaml`,
    content: definitionTemplate(customResourceDefinition(definition)),
  })),
  { path: `${CHART}/templates/_permissions.tpl`, content: permissionTemplates() },
  { path: `${CHART}/files/alerts.yaml`, content: alerts() },
];

/** A chart reads no file outside of itself. */
const alerts = (): string =>
  `# ${GENERATED}\n${readFileSync(join(import.meta.dirname, '../../deploy/observability/alerts.yaml'), 'utf8')}`;

/** As a template, so that it is upgraded with the chart; kept, since every object of the kind goes with it. */
function definitionTemplate(definition: ReturnType<typeof customResourceDefinition>): string {
  const kept = {
    ...definition,
    metadata: { ...definition.metadata, annotations: { 'helm.sh/resource-policy': 'keep' } },
  };
  const text = literal(stringify(kept, { lineWidth: 0, aliasDuplicateObjects: false }));
  const labels = '  labels:\n    {{- include "es-steward.labels" . | nindent 4 }}\n';
  return [
    `# ${GENERATED}\n{{- if .Values.crds.enabled }}\n`,
    text.replace(/^metadata:\n/mu, `metadata:\n${labels}`),
    '{{- end }}\n',
  ].join('');
}

/** Double braces of a description are not the template's. */
const literal = (text: string): string => text.replaceAll('{{', '{{ "{{" }}');

function permissionTemplates(): string {
  const parts = (['watched', 'own', 'cluster'] as const).map((where) => {
    return permissionTemplate(
      where,
      permissions.filter((permission) => permission.where === where),
    );
  });
  return [`{{- /* ${GENERATED} */ -}}\n`, ...parts, permissionTemplate('outliving', outliving())].join('');
}

const permissionTemplate = (name: string, granted: readonly Permission[]): string =>
  `{{- define "es-steward.permissions.${name}" }}\n${granted.map(rule).join('')}{{- end }}\n`;

const outliving = (): readonly Permission[] =>
  permissions.flatMap(({ outlives, resource, ...rest }) =>
    outlives === undefined
      ? []
      : [{ ...rest, resource, verbs: outlives, why: `${resource}, while their namespace goes` }],
  );

function rule({ why, group, resource, names, verbs }: Permission): string {
  const body = [
    {
      apiGroups: [group],
      resources: [resource],
      ...(names && { resourceNames: names }),
      verbs,
    },
  ];
  return `# ${why}.\n${stringify(body)}`;
}
