import { stringify } from 'yaml';
import { kinds } from '../../src/crds/kinds.ts';
import { customResourceDefinition } from '../../src/crds/manifest.ts';
import { GENERATED, type GeneratedFile } from './files.ts';

/** deploy/crds: one file per kind, named by plural. */
export const customResourceDefinitions = (): readonly GeneratedFile[] =>
  kinds.map((definition) => ({
    path: `deploy/crds/${definition.plural}.yaml`,
    content: `# ${GENERATED}\n${stringify(customResourceDefinition(definition), { lineWidth: 0, aliasDuplicateObjects: false })}`,
  }));
