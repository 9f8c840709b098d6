import type { Clock } from './clock.ts';
import type { PassLogger } from './controller.ts';
import type { LeaseSpec } from './lease.ts';

const TOLD_AGAIN_MS = 300_000;
/** No operator holds its Lease for so long without a renewal. */
const TOO_LONG_MS = 600_000;

interface WaitOptions {
  readonly clock: Clock;
  readonly log: PassLogger;
  readonly namespace: string;
  readonly name: string;
}

/** Tells what a standby waits for: once for each holder, and again every five minutes. */
export function tellingWait({ clock, log, namespace, name }: WaitOptions) {
  let told: { readonly holder: string; readonly at: number } | undefined;
  /** @param leftMs until the lease may be taken, if nobody renews it. */
  return ({ holderIdentity: holder = '' }: LeaseSpec, leftMs: number): void => {
    const at = clock.monotonic();
    if (told?.holder === holder && at - told.at < TOLD_AGAIN_MS) return;
    told = { holder, at };
    const facts = { lease: `${namespace}/${name}`, holder, until: timeIn(clock, leftMs) };
    if (leftMs <= TOO_LONG_MS) log.info(facts, 'waits for the lease: another process holds it');
    else
      log.warn(
        facts,
        `waits for the lease, which is held for very long: if its holder does not run, delete it by kubectl -n ${namespace} delete lease ${name}`,
      );
  };
}

const timeIn = (clock: Clock, ms: number): string => new Date(clock.now() + ms).toISOString();
