import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startPrivateControlPlane } from '../../../scripts/environment/private-servers.ts';
import type { PrivateControlPlane } from '../../../scripts/environment/private-servers.ts';
import type { Transport } from '../../../src/kubernetes/transport.ts';
import { eventually } from '../../support/eventually.ts';
import { startFaultProxy } from '../../support/fault-proxy.ts';
import type { Fault, FaultProxy } from '../../support/fault-proxy.ts';
import { installLamps, lampsOver } from '../../support/lamps.ts';
import type { Lamps } from '../../support/lamps.ts';
import { apiOver, connect, connectWith, plainCredentials, runLamps } from '../../support/runtime-bed.ts';
import type { LampOptions, RunningOperator } from '../../support/runtime-bed.ts';
import { lampController, newLampWorld } from '../../support/toy-kind.ts';
import type { LampWorld } from '../../support/toy-kind.ts';

// The operator speaks to a real API server through a proxy that breaks what a test wants broken; the person who makes
// and edits lamps does not. Times are scaled down: 500 ms of silence stand for 90 s, a deadline of 1 s for 10 s.
const LIMITS = { idleMs: 500, pageSize: 3, resyncMs: 3_600_000 };
const DEADLINE_MS = 1_000;

let plane: PrivateControlPlane;
let person: Transport;
let proxy: FaultProxy;
let transport: Transport;
let lamps: Lamps;
let world: LampWorld;
let operator: RunningOperator;
let lists: number;

beforeAll(async () => {
  plane = await startPrivateControlPlane();
  person = connect(plane.info.kubeconfig);
  await installLamps(apiOver(person));
  lamps = lampsOver(apiOver(person));
  proxy = await startFaultProxy(plane.info.kubeconfig);
});
afterAll(async () => {
  await person.close();
  await proxy.close();
  await plane.stop();
});
beforeEach(() => {
  world = newLampWorld();
  proxy.fault = () => undefined;
  proxy.asked.length = 0;
  lists = 0;
  transport = connectWith(plainCredentials(proxy.url), { deadlineMs: DEADLINE_MS });
});
afterEach(async () => {
  proxy.fault = () => undefined;
  await operator.stop();
  await transport.close();
});

async function start(options: LampOptions = {}): Promise<void> {
  const reflectorHooks = { listed: () => void (lists += 1) };
  operator = runLamps(apiOver(transport), lampController(world, 'a'), {
    limits: LIMITS,
    reflectorHooks,
    ...options,
  });
  await eventually('the view is complete', () => operator.runner.unlisted().length === 0 || undefined);
}

/** Breaks the first `times` requests that match. */
function breakFirst(
  times: number,
  matches: (verb: string, url: string) => boolean,
  fault: Fault,
): () => number {
  let broken = 0;
  proxy.fault = ({ verb, url }) => {
    if (broken >= times || !matches(verb, url)) return undefined;
    broken += 1;
    return fault;
  };
  return () => broken;
}
const isWatch = (verb: string) => verb === 'WATCH';
const isList = (verb: string, url: string) => verb === 'GET' && url.includes('lamps?');
const isStatusOf = (name: string) => (verb: string, url: string) =>
  verb === 'PATCH' && url.endsWith(`/${name}/status`);
const effectsOn = (name: string) => world.effects.filter((effect) => effect.includes(` ${name}=`));
const count = (matches: (verb: string, url: string) => boolean) =>
  proxy.asked.filter(({ verb, url }) => matches(verb, url)).length;
const status = (fields: object) =>
  JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', metadata: {}, ...fields });

describe('a status write', () => {
  it.each<[string, Fault]>([
    [
      'answered with 500 although it was done',
      { type: 'answer after', status: 500, body: status({ message: 'rpc error: x', code: 500 }) },
    ],
    ['cut off although it was done', { type: 'cut after' }],
    ['cut off before it was done', { type: 'cut before' }],
    ['cut short in its answer', { type: 'answer after', status: 200, body: '{"metadata":' }],
    ['refused by an overloaded server', { type: 'answer', status: 429, headers: { 'retry-after': '1' } }],
    ['slower than the deadline', { type: 'slow', ms: 2 * DEADLINE_MS }],
  ])('%s is followed by a fresh look, and no effect is repeated (F6)', async (what, fault) => {
    const name = `write-${what.replaceAll(/[^a-z0-9]+/g, '-')}`.slice(0, 50);
    await start();
    for (const brightness of [1, 2]) {
      const broken = breakFirst(1, isStatusOf(name), fault);
      await (brightness === 1 ? lamps.create(name, brightness) : lamps.edit(name, brightness));
      await lamps.ready(name);
      expect(broken()).toBe(1);
    }
    expect(effectsOn(name)).toEqual([`a ${name}=1`, `a ${name}=2`]);
  });

  it('that cannot be made stops every effect that needs its claim (F5)', async () => {
    await start();
    const broken = breakFirst(3, isStatusOf('unclaimed'), { type: 'answer', status: 503 });
    await lamps.create('unclaimed', 1);
    await eventually('the claim was refused three times', () => broken() === 3 || undefined);
    expect(effectsOn('unclaimed')).toEqual([]);
    await lamps.ready('unclaimed');
    expect(effectsOn('unclaimed')).toEqual(['a unclaimed=1']);
  });

  it('of a resource that is in trouble is tried no more than once a second', async () => {
    await start();
    const times: number[] = [];
    proxy.fault = ({ verb, url }) => {
      if (verb !== 'GET' || !url.endsWith('/eager')) return undefined;
      times.push(performance.now());
      return times.length <= 3 ? { type: 'answer', status: 500 } : undefined;
    };
    await lamps.create('eager', 1);
    await lamps.ready('eager');
    const gaps = times.slice(1, 4).map((time, index) => time - (times[index] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThan(950);
  });
});

describe('a watch', () => {
  it('that is open but silent is left after a while, and nothing was missed (F9)', async () => {
    breakFirst(1, isWatch, { type: 'silent' });
    await start();
    await lamps.create('unheard', 1);
    await lamps.ready('unheard');
    expect(lists).toBe(1);
  });

  it('that stays silent is not believed: the list decides, also when the silence is that of a version from the future', async () => {
    breakFirst(2, isWatch, {
      type: 'ask',
      url: (url) => url.replace(/resourceVersion=\d+/, 'resourceVersion=99999999'),
    });
    await start();
    await lamps.create('future', 1);
    await lamps.ready('future');
    expect(lists).toBe(2);
  });

  it('from a version that is too old lists again at once, and sees who is gone and who is new (F8)', async () => {
    await start();
    await lamps.create('stays', 1);
    await lamps.create('goes', 1);
    await lamps.ready('stays');
    await lamps.ready('goes');
    breakFirst(1, isWatch, {
      type: 'ask',
      url: (url) => url.replace(/resourceVersion=\d+/, 'resourceVersion=1'),
    });
    const passes = count((verb, url) => verb === 'GET' && url.endsWith('/stays'));
    await eventually('the view was listed again', () => lists === 2 || undefined);
    await lamps.remove('goes');
    await lamps.create('comes', 1);
    await lamps.ready('comes');
    await eventually(
      'the view knows',
      () => !operator.runner.objects().some(({ metadata }) => metadata.name === 'goes') || undefined,
    );
    expect(count((verb, url) => verb === 'GET' && url.endsWith('/stays'))).toBe(passes);
  });

  it.each<[string, (line: string) => readonly string[]]>([
    ['repeats every event', (line) => [`${line}\n`, `${line}\n`, `${line}\n`]],
    ['cuts an event in two', (line) => [line.slice(0, 40)]],
    ['carries what is no event', () => ['{"type":"ADDED","object":{}}\n']],
    [
      'ends with an error of the server',
      () => [`${JSON.stringify({ type: 'ERROR', object: { code: 500, message: 'rpc error: x' } })}\n`],
    ],
  ])('that %s misses nothing and repeats no effect (F9)', async (what, line) => {
    const name = `watch-${what.replaceAll(/[^a-z0-9]+/g, '-')}`;
    breakFirst(2, isWatch, { type: 'rewrite', line, closeAfter: 1 });
    await start();
    await lamps.create(name, 1);
    await lamps.ready(name);
    await lamps.edit(name, 2);
    await lamps.ready(name);
    expect(effectsOn(name)).toEqual([`a ${name}=1`, `a ${name}=2`]);
  });

  it('that gives events in another order ends with the view that is right', async () => {
    const held: string[] = [];
    // Pairs change places.
    const line = (one: string) => {
      const before = held.pop();
      if (before !== undefined) return [`${one}\n`, `${before}\n`];
      held.push(one);
      return [];
    };
    breakFirst(1, isWatch, { type: 'rewrite', line });
    await start();
    await lamps.create('shuffled', 1);
    await lamps.edit('shuffled', 2);
    await lamps.edit('shuffled', 3);
    await lamps.ready('shuffled');
    expect(effectsOn('shuffled').at(-1)).toBe('a shuffled=3');
  });

  it('that is refused by an overloaded server is tried again when the server says so (F8)', async () => {
    const times: number[] = [];
    proxy.fault = ({ verb }) => {
      if (!isWatch(verb)) return undefined;
      times.push(performance.now());
      return times.length === 1
        ? { type: 'answer', status: 429, headers: { 'retry-after': '3' } }
        : undefined;
    };
    await start();
    await lamps.create('patient', 1);
    await lamps.ready('patient');
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(2_900);
  });
});

describe('a list', () => {
  it('in pages, of which one expires, begins anew and is whole (F8)', async () => {
    for (let index = 0; index < 8; index += 1) await lamps.create(`page-${index}`, 1);
    const isSecondPage = (verb: string, url: string) => isList(verb, url) && url.includes('continue=');
    const broken = breakFirst(1, isSecondPage, {
      type: 'answer',
      status: 410,
      body: status({ reason: 'Expired', code: 410 }),
    });
    await start();
    expect(broken()).toBe(1);
    const all = await apiOver(person).list(
      { group: 'es-steward.dev', version: 'v1alpha1', plural: 'lamps' },
      {},
    );
    expect(operator.runner.objects().map(({ metadata }) => metadata.name)).toHaveLength(all.items.length);
  });
});
