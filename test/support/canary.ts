/**
 * The login that the tests' Secrets carry, also where the Elasticsearch asks for none. At the end of a run the global
 * set-up looks for its password in everything that the operator has told.
 */
export const CANARY = 'canary-7f3a91-Tq8vW4hZ';
export const LOGIN = { username: 'operator', password: CANARY } as const;
