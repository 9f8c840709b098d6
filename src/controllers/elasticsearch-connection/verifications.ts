import type { Repository } from '../../elasticsearch/repositories.ts';
import type { ResourceKey } from '../../runtime/controller.ts';
import { keyText } from '../../runtime/resource.ts';
import type { SeenRepository, Verification } from './observed.ts';

/** When each repository was last verified. Kept in memory: after a restart each is verified once more. */
export interface Verifications {
  of(connection: ResourceKey, repositories: readonly Repository[]): readonly SeenRepository[];
  remember(connection: ResourceKey, repository: string, verification: Verification): void;
  forget(connection: ResourceKey): void;
}

export function createVerifications(): Verifications {
  const known = new Map<string, Map<string, Verification>>();
  return {
    of: (connection, repositories) =>
      repositories.map((repository) => {
        const verification = known.get(keyText(connection))?.get(repository.name);
        return verification === undefined ? repository : { ...repository, verification };
      }),
    remember: (connection, repository, verification) => {
      const own = known.get(keyText(connection)) ?? new Map<string, Verification>();
      known.set(keyText(connection), own.set(repository, verification));
    },
    forget: (connection) => void known.delete(keyText(connection)),
  };
}
