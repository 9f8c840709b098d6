/**
 * A request path whose variable parts are encoded: path`/${index}/_stats`.
 * @throws RangeError for an empty part, which would turn a call about one thing into a call about all of them.
 */
export function path(fixed: TemplateStringsArray, ...parts: readonly (string | number)[]): string {
  return fixed.reduce((whole, text, i) => `${whole}${encodePart(parts[i - 1])}${text}`);
}

function encodePart(part: string | number | undefined): string {
  if (part === undefined || part === '') throw new RangeError('a part of an Elasticsearch path is empty');
  return encodeURIComponent(part);
}

/**
 * A name of exactly one thing.
 * @throws RangeError for wildcards, lists, exclusions, date math, `_all` and every other name that Elasticsearch
 * would read as an expression. Source: the rules for index names and multi-target syntax.
 */
export function concrete(name: string): string {
  const expression = /^[-_+]|[*?,/\\"<>|\s#:]|^\.{1,2}$|^$/.test(name);
  if (expression)
    throw new RangeError(`'${name.slice(0, 255)}' is not the name of one index; nothing was done`);
  return name;
}

/** Whether a pipeline can have this name: Elasticsearch takes nearly all, `_common`, `team:clean` and `Geo enrich` among them. */
export const isPipelineName = (name: string): boolean => !/[*,]|^\.{1,2}$|^$/.test(name);

/**
 * The name of one ingest pipeline.
 * @throws RangeError for what Elasticsearch would read as an expression, and what a path could not carry.
 */
export function pipelineName(name: string): string {
  if (isPipelineName(name)) return name;
  throw new RangeError(`'${name.slice(0, 255)}' is not the name of one pipeline; nothing was done`);
}

/**
 * The name of one repository. Elasticsearch takes more of them than of indexes: `team:backups`, `_backups` and `-b` are
 * names like any other where one repository is asked for.
 * @throws RangeError for what a path could not carry as one name.
 */
export function repositoryName(name: string): string {
  if (/[*?,/\\"<>| #]|^\.{1,2}$|^$|^_all$/.test(name))
    throw new RangeError(`'${name.slice(0, 255)}' is not the name of one repository; nothing was done`);
  return name;
}
