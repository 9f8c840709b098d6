import { describe, expect, it } from 'vitest';
import { concrete, path, pipelineName, repositoryName } from './path.ts';

describe('a path', () => {
  it('encodes what is put into it', () => {
    expect(path`/${'a/../_all?x#y'}/_count`).toBe('/a%2F..%2F_all%3Fx%23y/_count');
    expect(path`/_snapshot/${'r'}/${1}`).toBe('/_snapshot/r/1');
  });

  it('refuses an empty part, which would widen the call', () => {
    expect(() => path`/_tasks/${''}/_cancel`).toThrow(RangeError);
  });
});

describe('a concrete name', () => {
  it.each(['app', 'app-2026.11.24', '.hidden', 'a_b', 'größe', 'a+b'])('may be %j', (name) => {
    expect(concrete(name)).toBe(name);
  });

  const expressions = [
    '',
    '*',
    'app-*',
    'a,b',
    '-app',
    '_all',
    '+app',
    '.',
    '..',
    '<app-{now/d}>',
    'a/b',
    'a b',
    'a?',
    'remote:a',
    'a#b',
    'a\\b',
    'a|b',
    'a"b',
    'a\n',
  ];
  it.each(expressions)('is not %j', (name) => {
    expect(() => concrete(name)).toThrow(RangeError);
  });
});

describe('the name of a pipeline', () => {
  it.each(['p', 'team:clean', '_common', 'Geo enrich', '-p', 'a/b', 'a#b'])('may be %j', (name) => {
    expect(pipelineName(name)).toBe(name);
  });

  it.each(['', '*', 'a*', 'a,b', '.', '..'])('is not %j', (name) => {
    expect(() => pipelineName(name)).toThrow(RangeError);
  });
});

describe('the name of a repository', () => {
  it.each(['backups', 'team:backups', '_backups', '+b', '-b', 'Größe'])('may be %j', (name) => {
    expect(repositoryName(name)).toBe(name);
  });

  it.each(['', '*', 'a,b', '_all', '.', '..', 'a/b', 'a\\b', 'a b', 'a?', 'a#b', '<a>'])(
    'is not %j',
    (name) => {
      expect(() => repositoryName(name)).toThrow(RangeError);
    },
  );
});
