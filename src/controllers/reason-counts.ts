export interface ReasonCount {
  readonly reason: string;
  readonly count: number;
}

/** How often each reason is among these, sorted by reason: a status that says the same is not written again. */
export function reasonCounts(reasons: Iterable<string>): readonly ReasonCount[] {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts]
    .map(([reason, count]) => ({ reason, count }))
    .sort((a, b) => (a.reason < b.reason ? -1 : 1));
}
