import { z } from 'zod';
import { customResourceDefinition } from '../../src/crds/manifest.ts';
import { defineCrd } from '../../src/crds/define.ts';
import { connectionRef, commonStatus } from '../../src/crds/shared.ts';
import type { KindDefinition, Resource } from '../../src/crds/shared.ts';
import { object, text } from '../../src/crds/fields.ts';
import type { Controller, Decision } from '../../src/runtime/controller.ts';

/** A kind without Elasticsearch, to attack the engine with. */
export const lamp = defineCrd({
  kind: 'Lamp',
  plural: 'lamps',
  shortNames: [],
  description: 'A lamp that should shine as brightly as its spec says.',
  spec: object('What is wished.', {
    brightness: z.int().min(0).max(1000).describe('How brightly it should shine.'),
    connectionRef: connectionRef.optional(),
  }),
  status: object('What is known.', {
    ...commonStatus,
    brightness: z.int().min(0).max(1000).optional().describe('How brightly it shines.'),
    claim: text(100).optional().describe('Who is about to change it, and to what.'),
  }),
  columns: [],
  conditions: [],
});

type SpecOf<T> = T extends KindDefinition<infer Spec, unknown> ? Spec : never;
type StatusOf<T> = T extends KindDefinition<unknown, infer Status> ? Status : never;
export type LampSpec = SpecOf<typeof lamp>;
export type LampStatus = StatusOf<typeof lamp>;
export type Lamp = Resource<LampSpec, LampStatus>;
export interface LampAction {
  readonly type: 'shine';
  readonly brightness: number;
  readonly canWait?: boolean;
}

export const lampManifest = customResourceDefinition(lamp);

/** What the lamps do, outside of Kubernetes: the effects that the engine lets through. */
export interface LampWorld {
  readonly brightness: Map<string, number>;
  /** Each effect, in the order in which they happened: `by key=brightness`. */
  readonly effects: string[];
}

export const newLampWorld = (): LampWorld => ({ brightness: new Map(), effects: [] });

export type LampController = Controller<LampSpec, LampStatus, number | undefined, LampAction>;

/**
 * A controller in the way of all others: the intent is written first, with the resourceVersion that was judged; the
 * next pass acts. `name` tells the operators apart when two work on the same objects.
 */
export function lampController(world: LampWorld, name: string): LampController {
  const shown = (lampResource: Lamp) => world.brightness.get(lampResource.metadata.uid);
  return {
    definition: lamp,
    observe: async (resource) => shown(resource),
    decide: (resource, shining) => decideLamp(resource, shining, name),
    async perform(action, resource) {
      world.effects.push(`${name} ${resource.metadata.name}=${action.brightness}`);
      world.brightness.set(resource.metadata.uid, action.brightness);
      return ({ claim: _claim, ...status }) => ({ ...status, brightness: action.brightness });
    },
  };
}

function decideLamp(
  resource: Lamp,
  shining: number | undefined,
  name: string,
): Decision<LampStatus, LampAction> {
  const { brightness } = resource.spec;
  const status = resource.status ?? {};
  const claim = `${name} ${resource.metadata.generation}`;
  if (resource.metadata.deletionTimestamp !== undefined) return { ...shines(status), holds: false };
  if (shining === brightness) return { ...shines({ ...status, brightness }), holds: true };
  const changing = { type: 'reconciling', reason: 'Changing', message: 'The lamp is being set.' } as const;
  if (status.claim === undefined || claimedFor(status.claim) !== resource.metadata.generation) {
    return { status: { ...status, claim }, ready: changing, holds: true, next: 'now' };
  }
  if (status.claim !== claim) return { status, ready: changing, holds: true, next: 'changed' };
  return { status, ready: changing, holds: true, next: 'now', actions: [{ type: 'shine', brightness }] };
}

const claimedFor = (claim: string): number => Number(claim.split(' ')[1]);

const shines = (status: LampStatus): Decision<LampStatus, LampAction> => ({
  status,
  ready: { type: 'ready', reason: 'Shines', message: 'The lamp shines as it should.' },
  next: 'changed',
});
