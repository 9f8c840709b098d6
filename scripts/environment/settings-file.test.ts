import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { rememberedSettings } from './settings-file.ts';

const schema = z.object({ port: z.number() });
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'settings-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const remembered = (port: number) => rememberedSettings(folder, schema, async () => ({ port }));

describe('rememberedSettings', () => {
  it('makes them once, for nobody else to read, and leaves nothing beside them', async () => {
    expect(await remembered(1)).toEqual({ port: 1 });
    expect(await remembered(2)).toEqual({ port: 1 });
    expect(readdirSync(folder)).toEqual(['settings.json']);
    expect(statSync(join(folder, 'settings.json')).mode & 0o777).toBe(0o600);
  });

  it.each(['', '{', '{"port":"x"}'])('says what to do when they cannot be read: %j', async (content) => {
    writeFileSync(join(folder, 'settings.json'), content);
    await expect(remembered(1)).rejects.toThrow(/settings\.json cannot be read.*down --wipe/u);
  });
});
