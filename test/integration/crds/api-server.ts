import { once } from 'node:events';
import { request, type RequestOptions } from 'node:https';
import { text } from 'node:stream/consumers';
import { KubeConfig } from '@kubernetes/client-node';
import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { eventually } from '../../support/eventually.ts';
import type { CustomResourceDefinition } from '../../../src/crds/manifest.ts';
import type { KindDefinition } from '../../../src/crds/shared.ts';

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly warnings: readonly string[];
}

/** Sends one request, bare: these tests need answers that the operator's own client would turn into errors. */
export type Send = (
  method: string,
  path: string,
  body?: unknown,
  contentType?: string,
  accept?: string,
) => Promise<Answer>;

export function apiServer(kubeconfig: string): Send {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const server = new URL(config.getCurrentCluster()?.server ?? '');
  return async (method, path, body, contentType = 'application/json', accept = 'application/json') => {
    const options: RequestOptions = { method, headers: { 'content-type': contentType, accept } };
    await config.applyToHTTPSOptions(options);
    const sent = request(new URL(path, server), options);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    const answer = await text(response);
    return {
      status: response.statusCode ?? 0,
      body: JSON.parse(answer) as unknown,
      warnings: [response.headers['warning'] ?? []].flat(),
    };
  };
}

/** Where the objects of a kind lie in a namespace. */
export const pathOf = (
  { group, version, plural }: KindDefinition<unknown, unknown>,
  namespace = 'default',
): string => `/apis/${group}/${version}/namespaces/${namespace}/${plural}`;

const crdPath = (name: string): string => `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`;

const established = z.object({
  status: z.object({ conditions: z.array(z.object({ type: z.string(), status: z.string() })) }).optional(),
});

/** Applies a definition as strictly as the server can, and waits until its kind is served. */
export async function applyCrd(send: Send, crd: CustomResourceDefinition): Promise<Answer> {
  const path = crdPath(crd.metadata.name);
  const query = 'fieldManager=es-steward-tests&force=true&fieldValidation=Strict';
  const answer = await send('PATCH', `${path}?${query}`, crd, 'application/apply-patch+yaml');
  if (answer.status >= 300) return answer;
  await eventually(`${crd.metadata.name} is served`, async () => {
    const { conditions = [] } = established.parse((await send('GET', path)).body).status ?? {};
    return conditions.find(({ type, status }) => type === 'Established' && status === 'True');
  });
  return answer;
}

export const removeCrd = (send: Send, crd: CustomResourceDefinition): Promise<Answer> =>
  send('DELETE', crdPath(crd.metadata.name));

const refusal = z.object({
  details: z.object({ causes: z.array(z.object({ field: z.string(), message: z.string() })) }),
});

/** The fields that a refusal names, each with what is said of it. */
export const causesOf = (answer: Answer): readonly { readonly field: string; readonly message: string }[] =>
  refusal.safeParse(answer.body).data?.details.causes ?? [];

const stored = z.looseObject({ spec: z.record(z.string(), z.json()) });

/** The object that the server holds, or would hold. */
export const objectOf = (answer: Answer): z.output<typeof stored> => stored.parse(answer.body);
