import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { repositoryRoot } from '../environment/cache.ts';

/** A page of the documentation. */
export type Page = {
  /** Relative to the repository, as in `docs/concepts.md`. */
  readonly path: string;
  readonly text: string;
};

/** Every page that people read: the two at the top and all below `docs`. */
export function readPages(): readonly Page[] {
  const below = readdirSync(join(repositoryRoot, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => join('docs', file));
  return ['README.md', 'CONTRIBUTING.md', ...below.toSorted()].map((path) => ({
    path,
    text: readFileSync(join(repositoryRoot, path), 'utf8'),
  }));
}

const fence = /^```(\w*)\n([\s\S]*?)^```$/gm;

/** The content of all code blocks in a language. */
export function codeBlocks(text: string, language: string): readonly string[] {
  return [...text.matchAll(fence)].filter(([, found]) => found === language).map(([, , code = '']) => code);
}

/** Where a page leads, outside of its code. */
export function linksOf(text: string): readonly string[] {
  const prose = text.replaceAll(fence, '').replaceAll(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
}

/** The names that a link may have behind its `#`, as GitHub makes them of headings. */
export function anchorsOf(text: string): readonly string[] {
  const headings = [...text.replaceAll(fence, '').matchAll(/^#+ (.+)$/gm)];
  return headings.map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** The file that a link names, relative to the repository, and the anchor in it; undefined for the web. */
export function targetOf(
  { path }: Page,
  link: string,
): { readonly file: string; readonly anchor: string | undefined } | undefined {
  if (/^[a-z]+:/.test(link)) return undefined;
  const [file = '', anchor] = link.split('#');
  const absolute = resolve(repositoryRoot, file === '' ? path : join(dirname(path), file));
  return { file: relative(repositoryRoot, absolute), anchor };
}
