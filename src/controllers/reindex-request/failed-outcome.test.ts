import { expect, it } from 'vitest';
import { tellFailed } from './failed-outcome.ts';

it('tells the log once why the tasks of a copy have failed, in the words of Elasticsearch', () => {
  const told: unknown[] = [];
  const said = { errorType: 'script_exception', detail: 'runtime error; no such total', scriptStack: [] };
  const failed = { type: 'failed', reason: 'ScriptFailed', message: 'm', said } as const;
  const gone = { type: 'repeat', why: 'gone' } as const;
  tellFailed({ 'n:1': gone, 'n:2': failed, 'n:3': failed }, { warn: (fields) => told.push(fields) });
  expect(told).toEqual([{ task: 'n:2', ...said }]);
});
