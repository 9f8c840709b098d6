import { describe, expect, it } from 'vitest';
import { type Fate, fateOf } from './archival-fate.ts';
import { type Content, documentFingerprint } from './fingerprints.ts';

const document: Content = { id: 'a', routing: undefined, source: { x: { y: [1, 2] }, z: 'z' } };
const like = (part: Partial<Content>): Content => ({ ...document, ...part });
const changed = like({ source: { x: { y: [1, 3] }, z: 'z' } });
const chosen = new Set([documentFingerprint(document)]);

describe('a document of a batch', () => {
  it.each<[string, Content | undefined, Content | undefined, boolean, Fate]>([
    ['is in both', document, document, true, 'DeleteOriginal'],
    ['was in the archive before, the same', document, document, false, 'DeleteOriginal'],
    [
      'says the same in another order',
      document,
      like({ source: { z: 'z', x: { y: [1, 2] } } }),
      true,
      'DeleteOriginal',
    ],
    ['is only in the archive', undefined, document, true, 'Moved'],
    ['is only in its index', document, undefined, false, 'Refused'],
    ['has changed before it was copied', changed, undefined, false, 'Changed'],
    ['is nowhere', undefined, undefined, false, 'Changed'],
    ['has changed since it was copied', changed, document, true, 'WithdrawCopy'],
    ['has changed, and its like was in the archive before', changed, document, false, 'Taken'],
    ['is another one in the archive', document, changed, true, 'Taken'],
    ['is gone, and another one is in the archive', undefined, changed, true, 'Taken'],
    ['is in the archive under another routing', document, like({ routing: 'r' }), true, 'Taken'],
  ])('that %s', (_, source, copy, isOurs, fate) => {
    expect(fateOf(source, copy, isOurs, chosen)).toBe(fate);
  });

  it('is never deleted when its content cannot be read, though both sides look the same', () => {
    const [unread, other] = [like({ source: undefined }), like({ source: undefined })];
    const prints = new Set([documentFingerprint(unread)]);
    for (const isOurs of [true, false])
      expect(fateOf(unread, other, isOurs, prints)).not.toBe('DeleteOriginal');
  });
});
