import { describe, expect, it } from 'vitest';
import {
  entranceAlias,
  epochAlias,
  epochOf,
  isEntrance,
  isEpochAlias,
  ownerOf,
  rangeOpaqueId,
  scratchIndex,
  trialEntrance,
  trialOpaqueId,
} from './names.ts';

const uid = 'abcdef01-2345-6789-abcd-ef0123456789';

describe('epochOf', () => {
  it('reads what epochAlias wrote', () => {
    expect(epochOf(epochAlias(uid, 12), uid)).toBe(12);
  });

  it.each([
    'orders',
    'es-steward-ffffff01-3',
    'es-steward-abcdef01-',
    'es-steward-abcdef01-0',
    'es-steward-abcdef01-1x',
  ])('knows a stranger: %s', (alias) => {
    expect(epochOf(alias, uid)).toBeUndefined();
  });
});

describe('entranceAlias', () => {
  it('is a name that no index can have, of this attempt alone', () => {
    expect(entranceAlias(uid, 1)).not.toBe(entranceAlias(uid, 1).toLowerCase());
    expect(entranceAlias(uid, 2)).not.toBe(entranceAlias(uid, 1));
  });

  it('is known as such, and as no epoch', () => {
    expect(isEntrance(entranceAlias(uid, 12))).toBe(true);
    expect(isEntrance(epochAlias(uid, 12))).toBe(false);
    expect(isEpochAlias(entranceAlias(uid, 12))).toBe(false);
    expect(isEntrance(`x${entranceAlias(uid, 12)}`)).toBe(false);
  });
});

describe('trialEntrance', () => {
  it('is a name that no index can have, of this trial alone, and no entrance of a destination', () => {
    const entrance = trialEntrance(`${scratchIndex(uid)}-0123abcd`);
    expect(entrance).toBe('es-steward-abcdef01-Try-0123abcd');
    expect(isEntrance(entrance)).toBe(false);
  });
});

describe('rangeOpaqueId', () => {
  it('names request, attempt and range', () => {
    expect(rangeOpaqueId(uid, 2, 5, { shard: 3, from: 4000 })).toBe(`${uid}/2/5/3/4000`);
  });
});

describe('ownerOf', () => {
  it('tells whose range a task copies', () => {
    expect(ownerOf(rangeOpaqueId(uid, 2, 5, { shard: 3, from: 4000 }))).toBe(uid);
  });

  it.each([
    undefined,
    '',
    uid,
    `${uid}/2/5/3`,
    `x${uid}/2/5/3/0`,
    'somebody/2/5/3/0',
    trialOpaqueId(uid, `${scratchIndex(uid)}-01234567`),
  ])('knows nothing of a task called %s', (opaqueId) => {
    expect(ownerOf(opaqueId)).toBeUndefined();
  });
});
