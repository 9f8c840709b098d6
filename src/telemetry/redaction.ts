/**
 * The last line of defence: nothing that looks like a secret leaves in a log line, whoever logged it.
 * Objects are masked by the names of their members, texts by what credentials look like in URLs and headers.
 */
const MASK = '***';

const SECRET_NAMES = new Set([
  'apikey',
  'authorization',
  'bearer',
  'clientkey',
  'clientsecret',
  'cookie',
  'encoded',
  'passphrase',
  'passwd',
  'password',
  'privatekey',
  'proxyauthorization',
  'setcookie',
  'stringdata',
  'tlskey',
  'token',
]);

/** Deeper than any field that is logged on purpose; also ends a cycle. */
const DEEPEST = 6;

export function redactText(text: string): string {
  return text
    .replace(/(\/\/)[^/@\s"]+@/g, `$1${MASK}@`)
    .replace(/\b(basic|bearer|apikey)(\s+)[\w+/=.~-]{6,}/gi, `$1$2${MASK}`)
    .replace(/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g, MASK);
}

export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Error) return describeError(value, depth);
  if (value instanceof Uint8Array) return `${value.byteLength} bytes`;
  if (depth >= DEEPEST) return '...';
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      isSecretName(name) ? MASK : redact(member, depth + 1),
    ]),
  );
}

/**
 * An error as a log line tells it. Only these members: errors of HTTP clients carry whole requests, headers with the
 * password included.
 */
function describeError(error: Error, depth: number): Record<string, unknown> {
  const { code, reason, status } = error as { code?: unknown; reason?: unknown; status?: unknown };
  const told = Object.entries({ code, reason, status }).filter(([, member]) => isScalar(member));
  return {
    type: error.name,
    message: redactText(error.message),
    ...Object.fromEntries(told.map(([name, member]) => [name, redact(member)])),
    stack: redactText(error.stack ?? ''),
    ...(error.cause === undefined || depth >= DEEPEST ? {} : { cause: redact(error.cause, depth + 1) }),
  };
}

function isScalar(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number';
}

function isSecretName(name: string): boolean {
  return SECRET_NAMES.has(name.toLowerCase().replaceAll(/[^a-z]/g, ''));
}
