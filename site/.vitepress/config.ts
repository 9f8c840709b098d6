import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';
import type { DefaultTheme } from 'vitepress';

/** The pages of ../docs as a site. Nothing of it is listed by hand but the order of the first look. */

const root = resolve(import.meta.dirname, '../..');
const docs = join(root, 'docs');

const titleOf = (page: string): string =>
  /^# (.+)$/m.exec(readFileSync(join(docs, page), 'utf8'))?.[1]?.replaceAll('`', '') ?? page;

const pagesIn = (folder: string): readonly string[] =>
  readdirSync(join(docs, folder), { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
    .map(({ name }) => posix.join(folder, name))
    .sort();

/** `README.md` of a folder is its index. */
const linkOf = (page: string): string => `/${page.replace(/README\.md$/, '').replace(/\.md$/, '')}`;

/** Pages at the top in the order in which a newcomer wants them; those that are not here follow. */
const FIRST = ['tutorial.md', 'install.md', 'concepts.md', 'faq.md'];
const FOLDERS: Readonly<Record<string, string>> = {
  guides: 'Guides',
  runbooks: 'Runbooks',
  reference: 'Reference',
  adr: 'Decisions',
};

const rank = (page: string): number => (FIRST.includes(page) ? FIRST.indexOf(page) : FIRST.length);
const item = (page: string): DefaultTheme.SidebarItem => ({ text: titleOf(page), link: linkOf(page) });
const overviewFirst = (a: string, b: string): number =>
  Number(b.endsWith('README.md')) - Number(a.endsWith('README.md'));

function sidebar(): DefaultTheme.SidebarItem[] {
  const top = pagesIn('.')
    .filter((page) => page !== 'index.md')
    .toSorted((a, b) => rank(a) - rank(b));
  const first = top.filter((page) => FIRST.includes(page));
  const rest = top.filter((page) => !FIRST.includes(page));
  const folders = readdirSync(docs, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const known = Object.keys(FOLDERS);
  const sections = folders
    .map(({ name }) => name)
    .filter((name) => pagesIn(name).length > 0)
    .sort((a, b) => (known.indexOf(a) + 1 || 99) - (known.indexOf(b) + 1 || 99))
    .map((name) => ({
      text: FOLDERS[name] ?? name,
      collapsed: name === 'adr' || name === 'runbooks',
      items: pagesIn(name).toSorted(overviewFirst).map(item),
    }));
  const [guides, ...others] = sections;
  return [
    { text: 'Start', items: first.map(item) },
    ...(guides ? [guides] : []),
    { text: 'Running it', items: rest.map(item) },
    ...others,
  ];
}

const REPOSITORY = process.env['ES_STEWARD_REPOSITORY'] ?? 'https://github.com/es-steward/es-steward';

/** What lies outside of docs, such as code and the README, is read in the repository. */
function repositoryLinks(href: string, page: string): string {
  if (/^[a-z]+:|^#|^\//.test(href)) return href;
  const [path = '', anchor] = href.split('#');
  const target = posix.normalize(posix.join('docs', posix.dirname(page), path));
  if (target.startsWith('docs/')) return href;
  return `${REPOSITORY}/blob/main/${target}${anchor === undefined ? '' : `#${anchor}`}`;
}

const inPackage = (name: string): string => fileURLToPath(import.meta.resolve(name));

export default defineConfig({
  title: 'es-steward',
  description: 'A Kubernetes operator for Elasticsearch upkeep',
  srcDir: '../docs',
  outDir: '../dist-docs',
  cacheDir: './.vitepress/cache',
  cleanUrls: true,
  metaChunk: true,
  rewrites: (page) => page.replace(/(^|\/)README\.md$/, '$1index.md'),
  // A page that leads nowhere fails the build. Tests hold anchors and files to the same.
  ignoreDeadLinks: false,
  head: [['link', { rel: 'icon', href: 'data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="%230f766e"/><path d="M9 10h14M9 16h9M9 22h14" stroke="white" stroke-width="3" stroke-linecap="round"/></svg>' }]],
  markdown: {
    theme: { light: 'github-light', dark: 'github-dark' },
    config(md) {
      const plain = md.renderer.rules.link_open ?? ((tokens, at, options, _env, self) => self.renderToken(tokens, at, options));
      md.renderer.rules.link_open = (tokens, at, options, env, self) => {
        const link = tokens[at];
        const href = link?.attrGet('href');
        const { relativePath = '' } = env as { relativePath?: string };
        if (link && href) link.attrSet('href', repositoryLinks(href, relativePath));
        return plain(tokens, at, options, env, self);
      };
    },
  },
  // The pages lie outside of this package, where nothing can be resolved from. By file: what Node would choose is Vue
  // with its compiler as CommonJS, which becomes part of the bundle and then cannot import what it requires.
  vite: {
    publicDir: false,
    resolve: {
      alias: [
        { find: /^vue\/server-renderer$/, replacement: inPackage('@vue/server-renderer/dist/server-renderer.esm-bundler.js') },
        { find: /^vue$/, replacement: inPackage('vue/dist/vue.runtime.esm-bundler.js') },
      ],
    },
  },
  // Its wide tables need the room of the outline.
  transformPageData: ({ relativePath }) =>
    relativePath.startsWith('reference/') ? { frontmatter: { aside: false } } : {},
  themeConfig: {
    search: { provider: 'local' },
    sidebar: sidebar(),
    outline: [2, 3],
    nav: [
      { text: 'Concepts', link: '/concepts' },
      { text: 'Safety', link: '/safety' },
      { text: 'Reference', link: '/reference/' },
    ],
    socialLinks: [{ icon: 'github', link: REPOSITORY }],
    footer: { message: 'Apache-2.0' },
  },
});
