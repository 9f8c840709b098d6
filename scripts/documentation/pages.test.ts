import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { flagsSchema } from '../../src/config.ts';
import { describeFlags } from '../../src/flags.ts';
import { repositoryRoot } from '../environment/cache.ts';
import { anchorsOf, codeBlocks, linksOf, readPages, targetOf } from './pages.ts';

const pages = readPages();
const page = (path: string): string => pages.find((one) => one.path === path)?.text ?? '';

describe('a page', () => {
  it.each(pages)('leads only to what is there: $path', (from) => {
    const dead = linksOf(from.text).filter((link) => {
      const target = targetOf(from, link);
      if (target === undefined) return false;
      if (!existsSync(join(repositoryRoot, target.file))) return true;
      return target.anchor !== undefined && !anchorsOf(page(target.file)).includes(target.anchor);
    });
    expect(dead).toEqual([]);
  });

  it.each(pages)('can be reached from the README: $path', ({ path }) => {
    const reached = new Set(['README.md']);
    for (const from of reached) {
      for (const link of linksOf(page(from))) {
        const file = targetOf({ path: from, text: '' }, link)?.file;
        if (file?.endsWith('.md')) reached.add(file);
      }
    }
    expect(reached).toContain(path);
  });
});

describe('docs/index.md', () => {
  it('leads from the home of the site to pages that are there', () => {
    const links = [...page('docs/index.md').matchAll(/^ +link: \/([^#\n]+)/gm)].map(([, path]) => path);
    expect(links.filter((path) => !existsSync(join(repositoryRoot, 'docs', `${path}.md`)))).toEqual([]);
    expect(links).toContain('faq');
  });
});

describe('docs/operations.md', () => {
  const text = page('docs/operations.md');

  it('has each flag with its variable and default, as --help has them, and no other', () => {
    const head = /^ {2}(--[a-z-]+)\S* {2}\((\w+)(?:, default (\S+))?\)$/gm;
    const told = [...describeFlags(flagsSchema, 'ES_STEWARD').matchAll(head)];
    const rows = [...text.matchAll(/^\| `(--[a-z-]+)` \| `(\w+)` \| (?:`(\S+)`)? ?\|/gm)];
    const facts = (found: RegExpExecArray) => [found[1], found[2], found[3]];
    expect(rows.map(facts)).toEqual(told.map(facts));
    expect(told).toHaveLength(Object.keys(flagsSchema.shape).length);
  });
});

describe('reading a page', () => {
  const text = '# A Title: `x`, y\n[one](a.md#b) `[no](c)`\n```yaml\nkey: "[no](d)"\n```\n';

  it('finds links outside of code', () => {
    expect(linksOf(text)).toEqual(['a.md#b']);
  });

  it('finds code of a language', () => {
    expect(codeBlocks(text, 'yaml')).toEqual(['key: "[no](d)"\n']);
  });

  it('names headings as GitHub does', () => {
    expect(anchorsOf(text)).toEqual(['a-title-x-y']);
  });
});
