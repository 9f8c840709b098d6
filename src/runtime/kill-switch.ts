import type { KubernetesApi, KubernetesObject, ObjectRef } from '../kubernetes/api.ts';
import { pause } from './clock.ts';
import type { Clock } from './clock.ts';
import type { PassLogger } from './controller.ts';
import type { Permission } from './permissions.ts';

export interface KillSwitchOptions {
  readonly kubernetes: Pick<KubernetesApi, 'get'>;
  readonly clock: Clock;
  readonly log: PassLogger;
  readonly namespace: string;
  /** --paused: on for the life of the process, whatever the ConfigMap says. */
  readonly forced: boolean;
}

/** Stops every effect in Elasticsearch while everything is still observed and reported. */
export interface KillSwitch {
  /** True also when it is not known: before the first look, and when the last one is too old. */
  isOn(): boolean;
  /** True only when somebody has switched it on: what nobody knows may stay unknown for good. */
  isSwitchedOn(): boolean;
  /** Looks at the ConfigMap every two seconds until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
  /** Resolves after the first look, whatever it found. Passes before it would report a pause that is none. */
  readonly looked: Promise<void>;
}

const KILL_SWITCH_NAME = 'es-steward';
/**
 * Two keys, and either stops. People have the first, by hand in an incident. The chart has the second alone: what it wrote
 * into the first, an upgrade that fails or a rollback would take away again, and people's wish with it.
 */
const KEYS = ['paused', 'pausedByChart'] as const;

export const killSwitchPermissions: readonly Permission[] = [
  {
    where: 'own',
    group: '',
    resource: 'configmaps',
    verbs: ['get'],
    names: [KILL_SWITCH_NAME],
    why: 'The kill switch',
  },
];

/** The promise is five seconds; this leaves room for a slow answer. */
const LOOK_MS = 2_000;
/** Without an answer for so long nobody could stop us any more, so we stop. */
const TOO_OLD_MS = 15_000;

export interface ConfigMap extends KubernetesObject {
  readonly data?: Readonly<Record<string, string>>;
}

interface Look {
  /** The keys that stop; on when there is one. */
  readonly keys: readonly string[];
  /** Monotonic milliseconds at which the question was sent. */
  readonly at: number;
}

export function createKillSwitch(options: KillSwitchOptions): KillSwitch {
  const { clock, forced } = options;
  let last: Look | undefined;
  let isFailing = false;
  const looked = Promise.withResolvers<void>();
  const isSwitchedOn = () => forced || (last !== undefined && last.keys.length > 0);
  return {
    looked: looked.promise,
    isSwitchedOn,
    isOn: () => isSwitchedOn() || last === undefined || clock.monotonic() - last.at > TOO_OLD_MS,
    async run(signal) {
      if (forced) options.log.warn({}, 'paused by --paused: nothing is changed in Elasticsearch');
      while (!signal.aborted) {
        try {
          const look = await lookAt(options, signal);
          if (look.keys.join() !== last?.keys.join()) announce(options, look.keys, last === undefined);
          last = look;
          isFailing = false;
        } catch (error) {
          if (!isFailing && !signal.aborted) complain(options, error);
          isFailing = true;
        }
        looked.resolve();
        await pause(clock, LOOK_MS, signal);
      }
    },
  };
}

async function lookAt(
  { kubernetes, clock, namespace }: KillSwitchOptions,
  signal: AbortSignal,
): Promise<Look> {
  const at = clock.monotonic();
  const map = await kubernetes.get<ConfigMap>(killSwitchRef(namespace), signal);
  return { at, keys: pausingKeys(map?.data) };
}

/** The keys that stop: whoever writes anything but "false" into one of them wants that. */
export function pausingKeys(data: ConfigMap['data'] = {}): readonly string[] {
  return KEYS.filter((key) => (data[key] ?? 'false').trim() !== 'false');
}

export const killSwitchRef = (namespace: string): ObjectRef => ({
  kind: { group: '', version: 'v1', plural: 'configmaps' },
  namespace,
  name: KILL_SWITCH_NAME,
});

function announce({ log, namespace }: KillSwitchOptions, keys: readonly string[], isFirst: boolean): void {
  const configMap = `${namespace}/${KILL_SWITCH_NAME}`;
  if (keys.length > 0)
    log.warn({ configMap, keys }, 'paused by the ConfigMap: nothing is changed in Elasticsearch');
  else if (!isFirst) log.info({ configMap }, 'not paused by the ConfigMap any more');
}

function complain({ log, namespace }: KillSwitchOptions, error: unknown): void {
  const configMap = `${namespace}/${KILL_SWITCH_NAME}`;
  const seconds = TOO_OLD_MS / 1000;
  log.warn(
    { err: error, configMap },
    `the kill switch cannot be read: after ${seconds} s nothing is changed in Elasticsearch. The operator needs "get" on this ConfigMap`,
  );
}
