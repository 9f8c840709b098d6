import type { PassLogger } from './controller.ts';

interface FailureOptions {
  readonly log: PassLogger;
  readonly name: string;
}

/** Runs one round. Failures are told when they change, not each two seconds, and handed back. */
export function tellingFailures({ log, name }: FailureOptions) {
  let complaint = '';
  return async (round: () => Promise<void>): Promise<unknown> => {
    try {
      await round();
      complaint = '';
      return undefined;
    } catch (error) {
      const before = complaint;
      complaint = String(error);
      if (complaint !== before)
        log.warn({ err: error, lease: name }, 'the lease could not be read or written');
      return error;
    }
  };
}
