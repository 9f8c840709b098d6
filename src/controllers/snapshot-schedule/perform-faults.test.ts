import { describe, expect, it } from 'vitest';
import { classifyAnswer } from '../../elasticsearch/classify.ts';
import { repositoryFault, repositoryRefusal } from './perform-faults.ts';

const answer = (status: number, type: string, reason: string, rootReason = reason) =>
  classifyAnswer(
    { method: 'GET', path: '/_snapshot/backups/*' },
    { status, body: { error: { root_cause: [{ type, reason: rootReason }], type, reason }, status } },
  );

// As Elasticsearch 8.16 and 9.4 have answered.
describe('a fault of a repository', () => {
  it.each([
    ['RepositoryMissing', 404, 'repository_missing_exception', '[backups] missing'],
    ['RepositoryUnverified', 500, 'repository_verification_exception', '[backups] path is not accessible'],
    [
      'RepositoryShared',
      500,
      'repository_exception',
      '[backups] concurrent modification of the index-N file, expected current generation [0] but it was not found',
    ],
    [
      'RepositoryShared',
      500,
      'repository_exception',
      '[backups] The repository has been disabled to prevent data corruption because its contents were found not to match',
    ],
    ['RepositoryUnreadable', 500, 'repository_exception', '[backups] cannot retrieve snapshots list'],
    [undefined, 404, 'snapshot_missing_exception', '[backups:a] is missing'],
    [
      undefined,
      500,
      'snapshot_exception',
      '[backups:a] the following indices have unassigned primary shards',
    ],
    [undefined, 503, 'master_not_discovered_exception', 'no master'],
  ])('is %s for %i %s', (reason, status, type, text) => {
    expect(repositoryFault(answer(status, type, text), 'backups')?.reason).toBe(reason);
  });

  it('is told by its root where the outermost error only says that a list cannot be had', () => {
    const root = '[backups] The repository has been disabled to prevent data corruption because its contents';
    const list = answer(500, 'repository_exception', '[backups] cannot retrieve snapshots list', root);
    expect(repositoryFault(list, 'backups')?.reason).toBe('RepositoryShared');
  });

  it('is that it is read-only', () => {
    const found = { name: 'backups', type: 'fs', readOnly: false };
    expect(repositoryRefusal(found)).toBeUndefined();
    expect(repositoryRefusal({ ...found, readOnly: true })?.reason).toBe('RepositoryReadOnly');
  });
});
