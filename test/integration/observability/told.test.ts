import { expect, inject, it } from 'vitest';
import { auditLines } from '../../support/audit.ts';
import { CANARY } from '../../support/canary.ts';
import { secretsOf } from '../../support/leaks.ts';
import { startOperatorProcess } from '../../support/operator-process.ts';
import { createRequest, requestRef, useReindexBed } from '../../support/reindex-bed.ts';
import { everythingTold } from '../../support/refuse-leaks.ts';

/** At the end of a run nobody may find a secret in what was told. That says something only if it is kept. */

const kept = inject('kept');
const bed = await useReindexBed();
const isAudited = auditLines(kept.audit).length > 0;

it('keeps what an operator prints', async () => {
  const operator = startOperatorProcess({ args: ['--no-such-flag'] });
  await operator.exited;
  expect(everythingTold(kept)[`operator-${operator.pid}-stderr.log`]).toContain('--no-such-flag');
});

// A given API server keeps no log for us.
it.runIf(isAudited)('keeps what is written to a status, and knows every Secret', async () => {
  const name = bed.name();
  await createRequest(bed, name, { from: `${name}-a`, to: `${name}-b` });
  const conditions = [
    {
      type: 'Ready',
      status: 'False',
      reason: 'InProgress',
      message: `told by ${name}`,
      lastTransitionTime: '2026-01-01T00:00:00Z',
    },
  ];
  await bed.api.mergePatch(requestRef(bed, name), { status: { conditions } }, { subresource: 'status' });
  expect(everythingTold(kept)['what was written to the API server']).toContain(`told by ${name}`);
  expect(auditLines(kept.audit).flatMap(secretsOf)).toContainEqual(
    expect.objectContaining({ origin: `password of Secret ${bed.namespace}/es`, value: CANARY }),
  );
});
