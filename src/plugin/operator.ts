import { type ConfigMap, killSwitchRef, pausingKeys } from '../runtime/kill-switch.ts';
import { LEASE_NAME, leaseRef, type Lease } from '../runtime/lease.ts';
import { ifAllowed, listAll } from './read.ts';
import type { Session } from './session.ts';
import type { Ours } from './targets.ts';
import { relative } from './words.ts';

/** What can be seen of the operator. It is told by its Lease, which is usually in another namespace. */
export interface OperatorFacts {
  readonly state: 'alive' | 'silent' | 'absent' | 'leaseless' | 'unknown';
  readonly paused: boolean;
  /** Where its Lease, its ConfigMap and its Pods are. */
  readonly namespace?: string;
  /** The Pod that acts, or the host. */
  readonly holder?: string;
  readonly renewTime?: string;
}

/** Of each operator in sight, the one that was renewed last first: releases in several namespaces have a Lease each. */
export async function operatorFacts(session: Session): Promise<readonly OperatorFacts[]> {
  const leases = await findLeases(session);
  if (leases === undefined) return [UNKNOWN];
  if (leases.length === 0) return [{ state: 'absent', paused: false }];
  const newestFirst = [...leases].sort((a, b) => renewedAt(b) - renewedAt(a));
  const facts = await Promise.all(newestFirst.map((lease) => factsOf(session, lease)));
  // One that was given away in order and is held by nobody since was taken down, as long as another one works.
  const isAlive = facts.some(({ state }) => state === 'alive');
  return facts.filter(({ state, holder }) => state === 'alive' || holder !== undefined || !isAlive);
}

/** Nothing could be read of it. */
export const UNKNOWN: OperatorFacts = { state: 'unknown', paused: false };

async function factsOf(session: Session, { metadata, ...lease }: Lease): Promise<OperatorFacts> {
  const { namespace = '' } = metadata;
  const { holderIdentity, renewTime } = lease.spec ?? {};
  return {
    state: livenessOf(lease, session.clock.now()),
    paused: await isPaused(session, namespace),
    namespace,
    ...(holderIdentity && { holder: holderIdentity.replace(/_[0-9a-f-]{36}$/, '') }),
    ...(renewTime && { renewTime }),
  };
}

/** Without its Lease it may yet run: without election, or under another --lease-name. That it once did is seen here. */
export function leaseless(all: readonly OperatorFacts[], found: readonly Ours[]): readonly OperatorFacts[] {
  const isSeen = found.some(({ resource }) => (resource.status?.observedGeneration ?? -1) >= 0);
  return all.map((facts) => (facts.state === 'absent' && isSeen ? { ...facts, state: 'leaseless' } : facts));
}

/** In all namespaces where that is allowed, else in the one that is looked at. */
async function findLeases(session: Session): Promise<readonly Lease[] | undefined> {
  const { kind } = leaseRef('', LEASE_NAME);
  const fieldSelector = `metadata.name=${LEASE_NAME}`;
  const everywhere = await ifAllowed(() => listAll<Lease>(session, kind, { fieldSelector }));
  if (everywhere !== undefined) return everywhere;
  const { namespace } = session;
  if (namespace === undefined) return undefined;
  const here = await ifAllowed(() => listAll<Lease>(session, kind, { fieldSelector, namespace }));
  return here?.length === 0 ? undefined : here; // it may well be elsewhere
}

const renewedAt = ({ spec }: Lease): number => Date.parse(spec?.renewTime ?? '') || 0;

/** A leader renews every few seconds; clocks of people are not better than this. */
const SILENT_MS = 120_000;

export function livenessOf({ spec }: Pick<Lease, 'spec'>, now: number): OperatorFacts['state'] {
  const isHeld = spec?.holderIdentity !== undefined && spec.holderIdentity !== '';
  // A time that is yet to come says nothing of who lives now.
  return isHeld && Math.abs(now - Date.parse(spec.renewTime ?? '')) < SILENT_MS ? 'alive' : 'silent';
}

async function isPaused({ kubernetes, signal }: Session, namespace: string): Promise<boolean> {
  const found = await ifAllowed(() => kubernetes.get<ConfigMap>(killSwitchRef(namespace), signal));
  return pausingKeys(found?.data).length > 0;
}

function renewalOf(renewTime: string, now: number): string {
  if (renewTime === '') return 'was never renewed';
  const when = relative(renewTime, now);
  return Date.parse(renewTime) > now
    ? `has a time of renewal that is yet to come (${when})`
    : `was last renewed ${when}`;
}

/** One line, and whether it is good news. */
export function operatorLine(
  facts: OperatorFacts,
  now: number,
): { readonly text: string; readonly good: boolean } {
  const { state, paused, namespace = '', holder = '', renewTime = '' } = facts;
  if (state === 'unknown')
    return { good: true, text: 'not known: this login may not see its Lease es-steward' };
  if (state === 'leaseless')
    return {
      good: true,
      text: 'not known: there is no Lease es-steward, so it runs without election or under another --lease-name, or is gone',
    };
  if (state === 'absent')
    return { good: false, text: 'has never run in this cluster: there is no Lease es-steward' };
  if (state === 'silent')
    return {
      good: false,
      text: `does not run: its Lease es-steward in ${namespace} ${renewalOf(renewTime, now)}; delete the Lease if it was uninstalled`,
    };
  if (paused)
    return {
      good: false,
      text: `is paused by the ConfigMap es-steward in ${namespace}: nothing is changed in Elasticsearch`,
    };
  return { good: true, text: `runs: ${holder} holds the Lease es-steward in ${namespace}` };
}
