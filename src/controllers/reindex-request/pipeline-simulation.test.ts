import { describe, expect, it } from 'vitest';
import type { SimulatedDocument, SimulationResult } from '../../elasticsearch/ingest.ts';
import { faultIn, faultMessage } from './pipeline-simulation.ts';

const document = (over: Partial<SimulatedDocument> = {}): SimulatedDocument => ({
  index: 'orders-v2',
  id: '7',
  routing: undefined,
  source: {},
  ...over,
});
const kept: SimulationResult = { type: 'document', document: document({ source: { stamped: true } }) };
const moved = (over: Partial<SimulatedDocument>): SimulationResult => ({
  type: 'document',
  document: document(over),
});
const failed: SimulationResult = { type: 'failed', errorType: 'illegal_argument_exception' };
const step = (processor: string, over: Partial<SimulatedDocument> | 'failed' = {}) => ({
  processor,
  failed: over === 'failed',
  document: over === 'failed' ? undefined : document(over),
});

describe('a simulated pipeline', () => {
  it('may change what a document says', () => {
    expect(faultIn([document(), document({ id: '8' })], [kept, moved({ id: '8' })], false)).toBeUndefined();
  });

  it.each([
    ['_id', { id: 'x' }],
    ['_routing', { routing: 'x' }],
    ['_index', { index: 'x' }],
  ])('may not change %s of a document, not even where bad ones are left out (H49)', (field, over) => {
    const fault = faultIn([document(), document()], [failed, moved(over)], true);
    expect(fault).toMatchObject({ type: 'moved', field });
    const steps = [step('pipeline'), step('set'), step('script', over), step('set', over)];
    expect(fault && faultMessage(fault, 'clean', steps)).toContain(
      `ingest pipeline clean changes ${field} of document 7 in its script processor`,
    );
  });

  it('may not take away the routing of a document (H49)', () => {
    expect(faultIn([document({ routing: 'r' })], [kept], false)).toMatchObject({ field: '_routing' });
  });

  it('may not drop a document', () => {
    const fault = faultIn([document()], [{ type: 'dropped' }], true);
    expect(fault && faultMessage(fault, 'clean', [step('set'), step('script')])).toContain(
      'drops document 7',
    );
  });

  it('that fails is named with the processor, unless such documents are left out', () => {
    expect(faultIn([document()], [failed], true)).toBeUndefined();
    const fault = faultIn([document()], [failed], false);
    expect(fault && faultMessage(fault, 'clean', [step('set'), step('convert', 'failed')])).toContain(
      'ingest pipeline clean fails on document 7 in its convert processor (illegal_argument_exception)',
    );
  });
});
