import type { ClientOptions } from '@elastic/elasticsearch';
import { ElasticsearchError } from './errors.ts';

export type Authentication =
  | { readonly type: 'none' }
  | { readonly type: 'basic'; readonly username: string; readonly password: string }
  /** The base64 form of `id:api_key`, as Elasticsearch and Kibana show it. */
  | { readonly type: 'apiKey'; readonly apiKey: string }
  | { readonly type: 'bearer'; readonly token: string };

export function clientAuth(auth: Authentication): ClientOptions['auth'] {
  switch (auth.type) {
    case 'basic':
      return { username: auth.username, password: auth.password };
    case 'apiKey':
      return { apiKey: auth.apiKey };
    case 'bearer':
      return { bearer: auth.token };
    case 'none':
      break;
  }
  return undefined;
}

/** Takes our secrets out of an error: a hostile or chatty endpoint may send them back in its answer. */
export function withoutSecrets(error: ElasticsearchError, auth: Authentication): ElasticsearchError {
  const secrets = secretsOf(auth);
  const redact = (text: string): string =>
    secrets.reduce((text, secret) => text.replaceAll(secret, '[redacted]'), text);
  return new ElasticsearchError({
    errorClass: error.errorClass,
    status: error.status,
    outcomeUnknown: error.outcomeUnknown,
    retryAfterMs: error.retryAfterMs,
    publicMessage: redact(error.publicMessage),
    errorType: error.errorType && redact(error.errorType),
    detail: error.detail && redact(error.detail),
  });
}

/** Each secret in every form in which it is sent. Very short ones would only garble the text. */
function secretsOf(auth: Authentication): readonly string[] {
  return forms(auth).filter((secret) => secret.length >= 4);
}

function forms(auth: Authentication): readonly string[] {
  switch (auth.type) {
    case 'basic':
      return [auth.password, Buffer.from(`${auth.username}:${auth.password}`).toString('base64')];
    case 'apiKey':
      return [auth.apiKey, ...Buffer.from(auth.apiKey, 'base64').toString().split(':').slice(1)];
    case 'bearer':
      return [auth.token];
    case 'none':
      break;
  }
  return [];
}
