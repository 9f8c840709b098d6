import { matchName, parseTemplate, type Template } from './template.ts';

/** Undefined for what is none. */
export function templateOf(text: string | undefined): Template | undefined {
  const parsed = text === undefined ? undefined : parseTemplate(text);
  return parsed?.ok ? parsed.template : undefined;
}

/** Whether an index is one of the series of that template. */
export const isOfSeries = (text: string, name: string): boolean => membersOf(text)(name);

/** The same for many names: the template is read once. */
export function membersOf(text: string): (name: string) => boolean {
  const template = templateOf(text);
  return (name) => template !== undefined && matchName(template, name)?.date !== undefined;
}
