import type { ReadyEvents } from '../runtime/controller.ts';

/** A Warning once a grant is missing or was taken away, whatever met it: time does not bring it back, only a person does. */
export const grantEvents: ReadyEvents = (before, { reason, message: note }) =>
  reason === 'NotGranted' && before?.reason !== reason
    ? [{ type: 'Warning', reason, action: 'CheckGrants', note }]
    : [];
