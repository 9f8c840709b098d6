import type { KindRef, KubernetesObject } from '../kubernetes/api.ts';
import type { ResourceEvent } from './controller.ts';
import { microTime } from './lease.ts';
import type { Permission } from './permissions.ts';

/** events.k8s.io/v1: what the API server accepts, built without I/O. */
export const EVENTS: KindRef = { group: 'events.k8s.io', version: 'v1', plural: 'events' };

export const eventPermissions: readonly Permission[] = [
  {
    where: 'watched',
    group: EVENTS.group,
    resource: EVENTS.plural,
    verbs: ['create', 'patch'],
    why: 'Events, and how often they came',
  },
];

/** Limits of the API server, in bytes. */
const NOTE_BYTES = 1024;
const NAME_BYTES = 128;
const OBJECT_NAME_LENGTH = 253;

export interface Reporter {
  /** For example `es-steward.dev/es-steward`. */
  readonly controller: string;
  /** For example the pod. */
  readonly instance: string;
}

/** An event of an object, and how often it was seen within its series. */
export interface Occurrences {
  readonly regarding: KubernetesObject;
  readonly event: ResourceEvent;
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly firstAt: number;
  readonly lastAt: number;
  readonly times: number;
}

/** Events with equal keys are one series. The API server lets no note change, so that another note is another Event. */
export function seriesKey(
  { metadata }: KubernetesObject,
  { type, action, reason, note }: ResourceEvent,
): string {
  return JSON.stringify([metadata.uid, type, action, reason, note]);
}

/** `<object>.<unique>`, as kubectl and people expect it; unique by time and count. */
export function eventName(regarding: KubernetesObject, now: number, count: number): string {
  const suffix = `.${now.toString(16)}${count.toString(16)}`;
  return `${regarding.metadata.name.slice(0, OBJECT_NAME_LENGTH - suffix.length)}${suffix}`;
}

export function eventNamespace({ metadata }: KubernetesObject): string {
  return metadata.namespace ?? 'default';
}

export function eventBody(seen: Occurrences, reporter: Reporter): object {
  const { regarding, event, name, firstAt } = seen;
  const { namespace, name: objectName, uid, resourceVersion } = regarding.metadata;
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { namespace: eventNamespace(regarding), name },
    eventTime: microTime(firstAt),
    reportingController: reporter.controller,
    reportingInstance: cut(reporter.instance, NAME_BYTES),
    type: event.type,
    reason: cut(event.reason, NAME_BYTES),
    action: cut(event.action, NAME_BYTES),
    note: cut(event.note, NOTE_BYTES),
    regarding: {
      apiVersion: regarding.apiVersion,
      kind: regarding.kind,
      namespace,
      name: objectName,
      uid,
      resourceVersion,
    },
    ...seriesPart(seen),
  };
}

/** What a merge patch tells of repetitions. The API server takes no series of less than two. */
export function seriesPart({ times, lastAt }: Occurrences): object {
  return times < 2 ? {} : { series: { count: times, lastObservedTime: microTime(lastAt) } };
}

/** At most so many bytes, never half a character. */
export function cut(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text;
  const ellipsis = '…';
  const room = Buffer.from(text).subarray(0, bytes - Buffer.byteLength(ellipsis));
  return new TextDecoder('utf-8').decode(room, { stream: true }) + ellipsis;
}
