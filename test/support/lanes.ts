/** Whether a run takes servers that somebody gives; else it has its own. */
export const areGiven = (): boolean => Boolean(process.env['ELASTICSEARCH_URL'] ?? process.env['KUBECONFIG']);

/**
 * Sets of servers, each for one test file at a time. The tests of one lane leave half of two cores idle: they wait for
 * answers, elections and restarts.
 */
const LANES = 2;

export const laneCount = (): number => (areGiven() ? 1 : LANES);

/** The place of the lane in which this worker runs. */
export const ownLane = (): number => Number(process.env['VITEST_POOL_ID']) - 1;
