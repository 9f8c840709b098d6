import type { ElasticsearchConnectionStatus as Status } from '../../crds/elasticsearch-connection.ts';
import { findCondition } from '../../crds/shared.ts';
import type { ExtraCondition, Readiness, ResourceEvent } from '../../runtime/controller.ts';

/** One event per transition: of Ready to another reason, and of health to or from red. */
export function eventsOf(
  before: Status | undefined,
  ready: Readiness,
  healthy: ExtraCondition,
): ResourceEvent[] {
  const events: ResourceEvent[] = [];
  if (findCondition(before, 'Ready')?.reason !== ready.reason) {
    const fine = ready.type === 'ready' || ready.type === 'suspended';
    events.push({
      type: fine ? 'Normal' : 'Warning',
      reason: ready.reason,
      action: 'Probe',
      note: ready.message,
    });
  }
  // A probe that failed in between says nothing of health; what was last seen stays in status.
  const wasRed = before?.health === 'red';
  if (healthy.reason === 'Red' && !wasRed)
    events.push({ type: 'Warning', reason: 'ClusterRed', action: 'Probe', note: healthy.message });
  if (wasRed && healthy.status === 'True')
    events.push({ type: 'Normal', reason: 'ClusterRecovered', action: 'Probe', note: healthy.message });
  return events;
}
