import { elasticsearchConnection } from '../../crds/elasticsearch-connection.ts';
import type {
  ElasticsearchConnectionSpec,
  ElasticsearchConnectionStatus,
} from '../../crds/elasticsearch-connection.ts';
import type { Connections } from '../../elasticsearch/connections.ts';
import type { Controller, ResourceKey } from '../../runtime/controller.ts';
import { permissionsOf } from '../../runtime/permissions.ts';
import type { VerifyRepository } from './actions.ts';
import { decide } from './decide.ts';
import { createObserve } from './observe.ts';
import type { Observed, Operations } from './observed.ts';
import { createPerform } from './perform.ts';
import { createVerifications } from './verifications.ts';

export interface ElasticsearchConnectionOptions {
  readonly connections: Connections;
  /** Who works on the cluster of a connection and who waits; nobody when absent. */
  readonly operationsOf?: (connection: ResourceKey) => Operations;
}

type ConnectionController = Controller<
  ElasticsearchConnectionSpec,
  ElasticsearchConnectionStatus,
  Observed,
  VerifyRepository
>;

export const elasticsearchConnectionPermissions = permissionsOf(elasticsearchConnection);

const nobody = (): Operations => ({ active: [], queued: 0 });

/** Looks at each cluster every `probeInterval` and says whether it may be used. */
export function elasticsearchConnectionController(
  options: ElasticsearchConnectionOptions,
): ConnectionController {
  const { connections, operationsOf = nobody } = options;
  const verifications = createVerifications();
  return {
    definition: elasticsearchConnection,
    observe: createObserve({ connections, operationsOf, verifications }),
    decide,
    perform: createPerform({ connections, verifications }),
    forget: (key) => {
      connections.forget(key);
      verifications.forget(key);
    },
  };
}
