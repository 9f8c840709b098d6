import type { CopySpec } from './copy-request.ts';
import { flatten } from '../index-settings.ts';

const KEYS = ['index.default_pipeline', 'index.final_pipeline'] as const;

/** The pipelines that what users write into the destination is to pass, as far as the spec says so by its settings. */
export function servingPipelines({ destination }: Pick<CopySpec, 'destination'>): readonly string[] {
  const settings = flatten(destination.settings ?? {});
  const named = KEYS.map((key) => settings[key]).filter((name) => typeof name === 'string');
  return [...new Set(named.filter((name) => name !== '_none' && name !== ''))];
}

/** Every pipeline that the spec names; each must be granted. */
export function namedPipelines(spec: Pick<CopySpec, 'destination' | 'transform'>): readonly string[] {
  const { pipeline } = spec.transform ?? {};
  return [...new Set([...(pipeline ? [pipeline] : []), ...servingPipelines(spec)])];
}
