import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { GENERATED, type GeneratedFile } from './files.ts';

const VALUES = join(import.meta.dirname, '../../deploy/helm/es-steward/values.yaml');

/** docs/reference/chart-values.md: the values of the chart, as the comments `# --` of values.yaml explain them. */
export const chartValuesPage = (): readonly GeneratedFile[] => {
  const text = readFileSync(VALUES, 'utf8');
  const rows = describedValues(text).map(({ path, description }) => {
    const value: unknown = path.reduce<unknown>(member, parse(text));
    return `| \`${path.join('.')}\` | \`${JSON.stringify(value)}\` | ${description} |\n`;
  });
  const head = [
    `<!-- ${GENERATED} -->\n`,
    '# Values of the chart\n',
    'How to use them: [Install](../install.md). A key that is not here is refused.\n',
    '| Value | Default | Meaning |\n| --- | --- | --- |\n',
  ];
  return [{ path: 'docs/reference/chart-values.md', content: head.join('\n') + rows.join('') }];
};

interface DescribedValue {
  readonly path: readonly string[];
  readonly description: string;
}

/** Each key below a comment that begins with `# --`; what is deeper belongs to its default. */
function describedValues(text: string): readonly DescribedValue[] {
  const found: DescribedValue[] = [];
  const parents: string[] = [];
  let comment: string[] | undefined;
  for (const line of text.split('\n')) {
    const [, said] = /^\s*# (.*)$/u.exec(line) ?? [];
    const [, indent = '', key] = /^( *)([A-Za-z]+):/u.exec(line) ?? [];
    if (said?.startsWith('-- ')) comment = [said.slice(3)];
    else if (said !== undefined) comment?.push(said);
    if (key === undefined) continue;
    parents.splice(indent.length / 2, Infinity, key);
    if (comment) found.push({ path: [...parents], description: comment.join(' ') });
    comment = undefined;
  }
  return found;
}

const member = (value: unknown, key: string): unknown => (value as Readonly<Record<string, unknown>>)[key];
