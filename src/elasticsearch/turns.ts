import { isRead } from './elasticsearch.ts';
import type { ElasticsearchRequest } from './elasticsearch.ts';
import { ElasticsearchError, failureOf, isElasticsearchError } from './errors.ts';
import type { ElasticsearchNode } from './node.ts';

/** @param deadline of this one endpoint: what one takes in vain is not taken from the next. */
export type Work<T> = (endpoint: ElasticsearchNode, deadline: AbortSignal) => Promise<T>;

/** Lets `work` ask the endpoint whose turn it is for a request like this one. */
export type AtTurn = <T>(request: ElasticsearchRequest, work: Work<T>) => Promise<T>;

export interface RestingNode extends ElasticsearchNode {
  /** It has lately let a request wait in vain, and answered none since. */
  isResting(): boolean;
}

/** So long an endpoint that hangs is asked after the others. A probe asks each of them, and hears earlier that it is back. */
const REST_MS = 120_000;

const NOT_SENT = ['unreachable', 'tls'] as const;
/** Of a node that is cut off from its master, of a proxy without a backend, of a node that hangs. */
const NOT_SERVED = ['unavailable', 'timeout', 'unknownOutcome', 'notElasticsearch'] as const;
/** What a read may ask of another endpoint. */
const ASKED_ELSEWHERE = [...NOT_SENT, 'unavailable', 'timeout'] as const;

/**
 * Reads take turns, and one that finds no connection, a node that is cut off or one that hangs tries the next; a write
 * never does, it only moves the following writes on. One that hangs comes last for both.
 */
export function takeTurns(endpoints: readonly RestingNode[], requestTimeoutMs: number): AtTurn {
  let nextRead = 0;
  let nextWrite = 0;
  return async (request, work) => {
    const attempt = (endpoint: ElasticsearchNode) =>
      work(endpoint, AbortSignal.timeout(request.timeoutMs ?? requestTimeoutMs));
    if (isRead(request)) return firstToAnswer(inTurn(endpoints, nextRead++), attempt);
    const turn = nextWrite;
    try {
      return await firstToAnswer(inTurn(endpoints, turn).slice(0, 1), attempt);
    } catch (error) {
      // Of writes that fail side by side only one moves the others on: two would come back to where they were.
      if (turn === nextWrite && isElasticsearchError(error, ...NOT_SENT, ...NOT_SERVED)) nextWrite++;
      throw error;
    }
  };
}

/** The same endpoint, which remembers that it hung. */
export function resting(node: ElasticsearchNode): RestingNode {
  let rest: AbortSignal | undefined;
  const send: ElasticsearchNode['send'] = async (...args) => {
    try {
      const answer = await node.send(...args);
      rest = undefined;
      return answer;
    } catch (error) {
      if (isElasticsearchError(error, 'timeout')) rest = AbortSignal.timeout(REST_MS);
      else if (error instanceof ElasticsearchError && error.status !== undefined) rest = undefined;
      throw error;
    }
  };
  return { ...node, send, isResting: () => rest?.aborted === false };
}

function inTurn(endpoints: readonly RestingNode[], turn: number): readonly ElasticsearchNode[] {
  const start = turn % endpoints.length;
  const rotated = [...endpoints.slice(start), ...endpoints.slice(0, start)];
  return [...rotated.filter((one) => !one.isResting()), ...rotated.filter((one) => one.isResting())];
}

async function firstToAnswer<T>(
  endpoints: readonly ElasticsearchNode[],
  attempt: (endpoint: ElasticsearchNode) => Promise<T>,
): Promise<T> {
  const failures: ElasticsearchError[] = [];
  for (const endpoint of endpoints) {
    try {
      return await attempt(endpoint);
    } catch (error) {
      if (!isElasticsearchError(error, ...ASKED_ELSEWHERE)) throw error;
      failures.push(error);
    }
  }
  throw joined(failures);
}

/** The failure of one endpoint for all that failed like it: the same whichever had its turn. */
function joined(failures: readonly ElasticsearchError[]): Error {
  const sorted = failures.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  const [first] = sorted;
  if (first === undefined) return new Error('a connection needs at least one endpoint');
  const alike = sorted.filter(({ publicMessage }) => publicMessage === first.publicMessage);
  const names = alike.flatMap(({ endpoints = [] }) => endpoints);
  return failureOf(names, first);
}

const nameOf = ({ endpoints = [] }: ElasticsearchError): string => endpoints.join();
