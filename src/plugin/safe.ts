import { LAST_APPLIED } from '../runtime/store.ts';
import { redactText } from '../telemetry/redaction.ts';

/**
 * What may leave in a report. The rule is by place: where a value can only be a secret or the content of a document, it
 * is masked whatever it looks like; where it is the name of something, it stays.
 */
const MASK = '***';

/** Members whose text is a secret, or may be one. The name of a Secret and of a key in it is none. */
const SECRET =
  /pass(word|wd|phrase)?$|token$|secret$|api_?key$|credential|authorization|cookie|private_?key|encoded$/i;
/** `passwordKey: password` names a key; `secretRef`, `secretName` name a Secret. */
const NAMES = /(key|ref|name)$/i;

/** Members that hold what is in documents, or code and values of people. */
const CONTENT = new Set(['params', 'query', 'filter', 'cursor']);
const NOISE = new Set(['managedFields']);

/** A copy of an object without secrets, contents of documents, and noise. */
export function safe(value: unknown): unknown {
  if (typeof value === 'string') return safeText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(safe);
  return Object.fromEntries(Object.entries(value).flatMap(([name, member]) => safeMember(name, member)));
}

function safeMember(name: string, member: unknown): readonly (readonly [string, unknown])[] {
  if (NOISE.has(name) || name === LAST_APPLIED) return [];
  if (name === 'env' && Array.isArray(member)) return [[name, member.map(safeVariable)]];
  if (name === 'failures' && Array.isArray(member)) return [[name, member.map(safeFailure)]];
  if (CONTENT.has(name)) return [[name, maskedLeaves(member)]];
  if (SECRET.test(name) && !(NAMES.test(name) && !/api_?key$|private_?key$/i.test(name)))
    return [[name, maskedText(member)]];
  return [[name, safe(member)]];
}

/** `apiKey: {secretRef: ...}` says where a secret is; a text in its place would be one. */
const maskedText = (member: unknown): unknown => (typeof member === 'object' ? safe(member) : MASK);

/** The shape stays, since it explains errors; what it compares with does not. */
function maskedLeaves(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(maskedLeaves);
  if (typeof value !== 'object' || value === null) return MASK;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, maskedLeaves(member)]));
}

/** Variables are how proxies and people hand over passwords; the operator's own are none. */
function safeVariable(variable: unknown): unknown {
  if (typeof variable !== 'object' || variable === null || !('value' in variable)) return safe(variable);
  const own = 'name' in variable && /^(ES_STEWARD|MALLOC)_/.test(String(variable.name));
  return { ...variable, value: own ? safe(variable.value) : MASK };
}

/** Elasticsearch quotes the document that it refuses. */
function safeFailure(failure: unknown): unknown {
  if (typeof failure !== 'object' || failure === null) return failure;
  const masked = Object.entries(failure).map(([name, member]) => [
    name,
    name === 'id' || name === 'reason' ? MASK : safe(member),
  ]);
  return Object.fromEntries(masked) as unknown;
}

/** A text, such as a log: what looks like a credential is masked. */
export const safeText = (text: string): string =>
  redactText(text)
    .replace(
      /\b([\w-]*(?:password|passwd|token|secret|api[_-]?key))(["']?\s*[=:]\s*["']?)[^\s"',;&}]{3,}/gi,
      `$1$2${MASK}`,
    )
    .replace(/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, MASK);
