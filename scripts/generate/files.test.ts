import { expect, it } from 'vitest';
import { customResourceDefinitions } from './custom-resource-definitions.ts';
import { findDrift } from './files.ts';
import { referencePages } from './reference.ts';

it('finds the committed files as the sources say', () => {
  expect(findDrift([...customResourceDefinitions(), ...referencePages()])).toEqual([]);
});

it('names a file that differs, one that is missing and one that belongs to nothing', () => {
  const [first, ...others] = customResourceDefinitions();
  const drift = findDrift([
    { path: others[0]?.path ?? '', content: 'other' },
    { path: 'deploy/crds/new.yaml', content: '' },
  ]);
  expect(drift).toEqual([
    expect.stringContaining(`${others[0]?.path} is not`),
    expect.stringContaining('new.yaml is missing'),
    expect.stringContaining(`${first?.path} belongs to nothing`),
  ]);
});
