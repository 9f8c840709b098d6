import { type FlatSettings, flatten } from '../index-settings.ts';
import { ACTIVE_SHARDS, HIDDEN, POLICY, possible, shownSettings } from './destination-settings.ts';

/**
 * What a trial index, which was made with the durability and is hidden, can tell of what comes with the aliases. No policy,
 * which would begin to work there, and not what judges the name of its index: that there are such settings at all, which is
 * not so everywhere, is told without a value.
 */
export function triedSettings(restore: FlatSettings): FlatSettings {
  const { [HIDDEN]: _hidden, 'index.translog.durability': _durability, ...shown } = shownSettings(restore);
  const stated = Object.entries(shown).filter(([, value]) => value !== null);
  return Object.fromEntries(stated.map(([key, value]) => [key, UNTRIED.has(key) ? null : value]));
}

const UNTRIED: ReadonlySet<string> = new Set([POLICY, 'index.lifecycle.parse_origination_date']);

/** With as many replicas as the index has by now. */
export function possibleSettings(settings: FlatSettings, natural: unknown): FlatSettings {
  if (!(ACTIVE_SHARDS in settings)) return settings;
  return { ...settings, [ACTIVE_SHARDS]: possible(settings[ACTIVE_SHARDS], flatten(natural)) };
}
