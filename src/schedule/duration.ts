import { UNITS } from '../crds/duration.ts';

/**
 * Milliseconds as a person reads them: the two largest units (`1h30m`, `2d4h`), and a tenth of a second below ten
 * seconds (`1.2s`).
 */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 10_000) return `${Math.round(Math.max(milliseconds, 0) / 100) / 10}s`;
  const parts = split(Math.round(milliseconds / 1000) * 1000);
  const first = parts.findIndex(([count]) => count > 0);
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count}${unit}`)
    .join('');
}

function split(milliseconds: number): readonly (readonly [number, string])[] {
  let rest = milliseconds;
  return UNITS.map(([unit, factor]) => {
    const count = Math.floor(rest / factor);
    rest -= count * factor;
    return [count, unit] as const;
  });
}
