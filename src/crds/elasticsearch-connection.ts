import { z } from 'zod';
import { defineCrd } from './define.ts';
import { duration } from './duration.ts';
import { elasticsearchConnectionStatus as status } from './elasticsearch-connection-status.ts';
import { nameGlob } from './elasticsearch-names.ts';
import { atMostOneOf, exactlyOneOf, hostName, list, matching, name, object, ruled, setOf } from './fields.ts';
import { grant } from './grants.ts';
import { conditionColumn, type DeepReadonly, type Resource, suspend } from './shared.ts';

const PORT = '[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]';

const endpoint = matching(
  1024,
  `^https?://([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\\[[0-9a-fA-F:.]+\\])(:(${PORT}))?(/[A-Za-z0-9._~/-]*)?$`,
  'must be a URL such as https://es.example:9200, without credentials, query or fragment: put the login into a Secret and name it in auth',
).describe('The URL of a node, or of a load balancer in front of the cluster.');

const key = (initial: string, description: string) =>
  matching(
    253,
    '^[-._a-zA-Z0-9]+$',
    'must be a key of a Secret or ConfigMap: letters, digits, - _ and . only',
  )
    .default(initial)
    .describe(description);

const secretRef = object('A Secret in the namespace of this connection.', {
  name: name('The name of the Secret.'),
});

const auth = atMostOneOf(
  object('How to log in. Default: anonymously. Set at most one member.', {
    basic: object('A user and a password.', {
      secretRef,
      usernameKey: key('username', 'The key of the Secret that contains the user name.'),
      passwordKey: key('password', 'The key of the Secret that contains the password.'),
    }).optional(),
    apiKey: object('An API key of Elasticsearch.', {
      secretRef,
      key: key(
        'apiKey',
        'The key of the Secret that contains the API key: the value `encoded` of the answer when it was created.',
      ),
    }).optional(),
    bearer: object('A token, for instance of a service account of Elasticsearch.', {
      secretRef,
      key: key('token', 'The key of the Secret that contains the token.'),
    }).optional(),
    clientCertificate: object('A client certificate.', {
      secretRef: secretRef.describe('A Secret of type kubernetes.io/tls, with tls.crt and tls.key.'),
    }).optional(),
  }),
  'basic',
  'apiKey',
  'bearer',
  'clientCertificate',
);

const tls = atMostOneOf(
  object(
    'Which certificates are trusted. Default: those of the public authorities that the operator knows.',
    {
      caSecretRef: object('A Secret of the same namespace with the certificate authority.', {
        name: name('The name of the Secret.'),
        key: key('ca.crt', 'The key that contains the certificates in PEM format.'),
      }).optional(),
      caConfigMapRef: object('A ConfigMap of the same namespace with the certificate authority.', {
        name: name('The name of the ConfigMap.'),
        key: key('ca.crt', 'The key that contains the certificates in PEM format.'),
      }).optional(),
      serverName: hostName(
        'The host name for which the certificate must be valid. Default: the host of the endpoint.',
      ).optional(),
      insecureSkipVerify: z
        .boolean()
        .default(false)
        .describe('Accept any certificate. Anybody on the network path can then read and change everything.'),
    },
  ),
  'caSecretRef',
  'caConfigMapRef',
);

const NO_TLS = 'an endpoint without TLS needs allowInsecure: true; better use https';

const spec = ruled(
  exactlyOneOf(
    object('Where the cluster is, how to log in, who may use it, and which indexes are never touched.', {
      endpoints: setOf(endpoint)
        .min(1)
        .optional()
        .describe('The URLs of the cluster. Set exactly one of endpoints and eckRef.'),
      eckRef: object(
        'An Elasticsearch resource of Elastic Cloud on Kubernetes (ECK) in the same namespace: its URL, certificate authority and user are used.',
        {
          name: name('The name of the Elasticsearch resource.'),
        },
      ).optional(),
      allowInsecure: z
        .boolean()
        .default(false)
        .describe('Allow endpoints without TLS. Passwords and data are then sent unencrypted.'),
      auth: auth.optional(),
      tls: tls.optional(),
      grants: list(grant)
        .optional()
        .describe('Which other namespaces may use this connection, and for what. Default: none.'),
      protectedIndices: list(nameGlob('A pattern of names, with * as its only wildcard.'))
        .default(['.*'])
        .describe(
          'Indexes that nothing that uses this connection ever deletes, closes, blocks or re-aliases.',
        ),
      maxConcurrentOperations: z
        .int()
        .min(1)
        .max(100)
        .default(2)
        .describe(
          'How many copies, archivals and snapshot repositories are active at the same time, counted per kind.',
        ),
      probeInterval: duration('5s', '1h').default('30s').describe('How often the cluster is probed.'),
      requestTimeout: duration('1s', '5m').default('30s').describe('How long one request may take.'),
      suspend: suspend.describe(
        'Stop everything that uses this connection before its next change in Elasticsearch. Probing continues.',
      ),
    }),
    'endpoints',
    'eckRef',
  ),
  {
    rule: "!has(self.endpoints) || self.allowInsecure || self.endpoints.all(url, url.startsWith('https://'))",
    message: NO_TLS,
    fieldPath: '.endpoints',
  },
  ({ endpoints = [], allowInsecure }) =>
    allowInsecure || endpoints.every((url) => url.startsWith('https://')),
);

export type ElasticsearchConnectionSpec = DeepReadonly<z.output<typeof spec>>;
export type ElasticsearchConnectionStatus = DeepReadonly<z.output<typeof status>>;
export type ElasticsearchConnection = Resource<ElasticsearchConnectionSpec, ElasticsearchConnectionStatus>;

export const elasticsearchConnection = defineCrd({
  kind: 'ElasticsearchConnection',
  plural: 'elasticsearchconnections',
  shortNames: ['esconn'],
  description:
    'Says where an Elasticsearch cluster is, how to log in, who may use it, and which indexes are never touched.',
  spec,
  status,
  columns: [
    conditionColumn('Ready', 'Ready', 'status', 'Whether the cluster can be used.'),
    { name: 'Health', jsonPath: '.status.health', type: 'string', description: 'green, yellow or red.' },
    {
      name: 'Version',
      jsonPath: '.status.version',
      type: 'string',
      description: 'The version of Elasticsearch.',
    },
    { name: 'Nodes', jsonPath: '.status.nodes', type: 'integer', description: 'Nodes in the cluster.' },
    {
      name: 'Cluster',
      jsonPath: '.status.clusterName',
      type: 'string',
      description: 'The name of the cluster.',
      wide: true,
    },
    conditionColumn('Message', 'Ready', 'message', 'What is wrong, and where to look.'),
  ],
  conditions: [
    {
      type: 'Ready',
      description: 'True when the cluster answers and this connection can be used.',
      reasons: {
        Connected: 'The cluster answers.',
        Unreachable: 'No endpoint answers.',
        AuthenticationFailed: 'The cluster refuses the login.',
        TLSInvalid: 'The certificate of the cluster is not trusted.',
        SecretNotFound: 'A Secret or ConfigMap that the spec names, or a key in it, does not exist.',
        MissingPrivileges:
          'The login lacks the cluster privilege monitor; status.missingPrivileges lists what it lacks.',
        ClusterChanged: 'Another cluster answers than the one that was pinned.',
        UnsupportedVersion: 'This version of Elasticsearch is not supported.',
        EndpointRefused: 'The operator is not allowed to connect to this endpoint.',
        InvalidSpec: 'The spec cannot be used; the message names the field.',
        Suspended: 'spec.suspend stops everything that uses this connection.',
      },
    },
    {
      type: 'Healthy',
      description: 'False when the health of the cluster is red.',
      reasons: {
        Green: 'All shards are assigned.',
        Yellow: 'Replica shards are missing.',
        Red: 'A primary shard is missing.',
        NotObserved: 'The last probe of the cluster did not get that far; see Ready.',
      },
    },
  ],
});
