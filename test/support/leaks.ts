import { z } from 'zod';

/** A value that may be nowhere but in its Secret. */
export interface Secret {
  readonly origin: string;
  readonly value: string;
  /** Who logs in with it: HTTP sends both as one. */
  readonly username?: string | undefined;
}

const texts = z.record(z.string(), z.string()).default({});
const stored = z.object({
  requestURI: z.string(),
  objectRef: z.object({
    resource: z.literal('secrets'),
    namespace: z.string(),
    name: z.string().default('?'),
  }),
  requestObject: z.looseObject({ data: texts, stringData: texts }),
});

/** What everybody may know. */
const PUBLIC = new Set(['username', 'ca.crt', 'tls.crt']);

/** The values of a Secret that a line of the audit log stores; none when the line is about something else. */
export function secretsOf(auditLine: string): readonly Secret[] {
  const line = stored.safeParse(JSON.parse(auditLine));
  // What is not kept is used by nobody.
  if (!line.success || line.data.requestURI.includes('dryRun=All')) return [];
  const { objectRef, requestObject } = line.data;
  const decoded = Object.entries(requestObject.data).map(([key, value]) => [key, atUtf8(value)] as const);
  const values = { ...Object.fromEntries(decoded), ...requestObject.stringData };
  return Object.entries(values)
    .filter(([key]) => !PUBLIC.has(key))
    .map(([key, value]) => ({
      origin: `${key} of Secret ${objectRef.namespace}/${objectRef.name}`,
      value,
      username: values['username'],
    }));
}

const atUtf8 = (base64: string): string => Buffer.from(base64, 'base64').toString('utf8');
const base64Of = (text: string): string => Buffer.from(text).toString('base64').replace(/=+$/u, '');

/** What is shorter stands in texts by chance. */
const SHORTEST = 12;

/** Secrets that a look for them would find everywhere. */
export const tooShort = (secrets: readonly Secret[]): readonly string[] =>
  secrets
    .filter(({ value }) => value.length < SHORTEST)
    .map(({ origin }) => `${origin} is shorter than ${SHORTEST} characters and cannot be looked for`);

/** As it is, as JSON and URLs write it, and as it goes over the wire. */
function formsOf({ value, username }: Secret): readonly string[] {
  const login = username === undefined ? [] : [base64Of(`${username}:${value}`)];
  return [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value), base64Of(value), ...login];
}

/** One line per secret and source that tells it: with the words around it, and without itself. */
export function leaks(
  secrets: readonly Secret[],
  sources: Readonly<Record<string, string>>,
): readonly string[] {
  const origins = new Map(secrets.flatMap((secret) => formsOf(secret).map((form) => [form, secret.origin])));
  return Object.entries(sources).flatMap(([source, text]) =>
    [...origins].flatMap(([form, origin]) => {
      const at = text.indexOf(form);
      if (at < 0) return [];
      const around = `${text.slice(Math.max(0, at - 150), at)}***${text.slice(at + form.length, at + form.length + 50)}`;
      return [`${origin} is in ${source}: ...${around.replaceAll('\n', ' ')}...`];
    }),
  );
}
