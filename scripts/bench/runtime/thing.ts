import { z } from 'zod';
import { defineCrd } from '../../../src/crds/define.ts';
import { object, text } from '../../../src/crds/fields.ts';
import { customResourceDefinition } from '../../../src/crds/manifest.ts';
import { commonStatus } from '../../../src/crds/shared.ts';

/** A kind of which nothing is wished but a number in its status: what it costs is what the runtime costs. */
export const thing = defineCrd({
  kind: 'Thing',
  plural: 'things',
  shortNames: [],
  description: 'Something for benchmarks.',
  spec: object('What is wished.', {
    payload: text(4096).describe('Fills the object to a usual size.'),
    wish: z.int().min(0).max(1_000_000).describe('A number that the status should show.'),
  }),
  status: object('What is known.', {
    ...commonStatus,
    done: z.int().min(0).max(1_000_000).optional().describe('The number that was wished.'),
  }),
  columns: [],
  conditions: [],
});

export const thingManifest = customResourceDefinition(thing);

/** About 2 kB with its metadata, as custom resources of operators usually are. */
const PAYLOAD = 'x'.repeat(1_200);

export const thingBody = (name: string) => ({
  apiVersion: 'es-steward.dev/v1alpha1',
  kind: 'Thing',
  metadata: { name, namespace: 'default' },
  // Not 0: Go leaves that out of a status that had nothing before.
  spec: { payload: PAYLOAD, wish: 1 },
});
