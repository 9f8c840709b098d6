import { featureNames } from '../../elasticsearch/features.ts';
import type { EffectContext } from './perform-effect.ts';

/** Elasticsearch's own word for no feature at all. */
const NO_FEATURE = 'none';

/**
 * Why a snapshot would not hold what spec.featureStates names: Elasticsearch passes over a feature that it does not know
 * without a word. Undefined as well where nobody can tell, which the log says.
 */
export async function unknownFeature({ es, resource, pass }: EffectContext): Promise<string | undefined> {
  const wanted = resource.spec.featureStates.filter((name) => name !== NO_FEATURE);
  if (wanted.length === 0) return undefined;
  const known = await featureNames(es, pass.signal);
  if (known === undefined) {
    const { namespace, name } = resource.metadata;
    pass.log.warn({ namespace, name }, 'spec.featureStates is not checked: the login may not GET _features');
    return undefined;
  }
  const unknown = wanted.find((name) => !known.includes(name));
  if (unknown === undefined) return undefined;
  return `spec.featureStates: Elasticsearch has no feature ${unknown}; GET _features lists those that it has`;
}
