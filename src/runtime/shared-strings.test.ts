import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { shareStrings } from './shared-strings.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void; // what that flag makes

const message = 'What was wished is done, and said in words that are the same for all.';
const parsed = (name: string) => ({
  metadata: { name, labels: { team: 'search-and-logs' } },
  status: { conditions: [{ reason: 'EverythingIsDone', message, times: [null, 1, 'first of all times'] }] },
});

it('changes nothing that can be seen', () => {
  const first = parsed('one');
  shareStrings(first);
  const second = structuredClone(parsed('two'));
  shareStrings(second);
  expect([first, second]).toEqual([parsed('one'), parsed('two')]);
});

it('keeps one copy of what thousands of objects say, whatever else passes through', () => {
  const count = 10_000;
  const text = JSON.stringify(parsed('NAME'));
  collect();
  const before = process.memoryUsage().heapUsed;
  const all = Array.from({ length: count }, (_, index) => {
    const object = JSON.parse(text.replace('NAME', `thing-${index}`)) as object; // as above
    shareStrings(object);
    return object;
  });
  collect();
  const bytesEach = (process.memoryUsage().heapUsed - before) / all.length;
  // About 360 for the objects and their names; the other strings of each would be 190 more.
  expect(bytesEach).toBeLessThan(450);
});
