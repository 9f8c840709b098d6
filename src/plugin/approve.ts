import { APPROVE } from '../crds/shared.ts';
import { annotate } from './annotate.ts';
import { confirmed } from './confirm.ts';
import { EXIT, refused, type ExitCode } from './failure.ts';
import { plannedBy, shown } from './plan.ts';
import { hashOf, type Planned } from './plan-lines.ts';
import { hindranceOf, waitsForApproval, whenCarriedOut } from './plan-outlook.ts';
import { getOne } from './read.ts';
import type { Session } from './session.ts';
import { titleOf } from './targets.ts';

/** Shows a plan, asks, and approves exactly it. */
export async function approve(session: Session, args: readonly string[]): Promise<ExitCode> {
  const one = await plannedBy(session, args, 'approve');
  const { out, options } = session;
  const hash = requireHash(one, options.hash);
  requireUse(one);
  out.write(`${shown(session, one).join('\n')}\n\n`);
  if (isApproved(one, hash)) {
    out.write(`The plan ${hash} of ${titleOf(one)} is approved already.\n`);
    return EXIT.good;
  }
  if (!(await confirmed(session, `Approve the plan ${hash} of ${titleOf(one)}?`))) return EXIT.no;
  await annotate(session, one, { [APPROVE]: hash }, () => unchanged(session, one, hash));
  out.write(`Approved the plan ${hash} of ${titleOf(one)}. ${next(one)}\n`);
  return EXIT.good;
}

function requireHash(one: Planned, wanted: string | undefined): string {
  const hash = hashOf(one);
  if (hash === undefined)
    throw refused(`${titleOf(one)} has no plan yet: kubectl es-steward status ${titleOf(one)} says why`);
  if (wanted === undefined || wanted === hash) return hash;
  throw refused(
    `the plan of ${titleOf(one)} has the hash ${hash}, not ${wanted}: it has changed. Look at it again`,
  );
}

/** What nobody waits for would only mislead whoever finds the annotation later. */
function requireUse(one: Planned): void {
  if (waitsForApproval(one.resource.status)) return;
  if (one.type === 'maintenance') {
    const { spec, status } = one.resource;
    if ((status?.plan?.deletes.count ?? 0) === 0)
      throw refused(`the plan of ${titleOf(one)} deletes nothing: there is nothing to approve`);
    if (spec.mode === 'DryRun' || status?.run !== undefined) return;
    const hindrance = hindranceOf(status);
    throw refused(
      `${titleOf(one)} does not wait for approval: ${hindrance ?? `its plan is carried out ${whenCarriedOut(status ?? {})}`}`,
    );
  }
  const { spec, status } = one.resource;
  if (spec.approval === 'BeforeCutover' && !OVER.has(status?.phase ?? '')) return;
  throw refused(
    OVER.has(status?.phase ?? '')
      ? `${titleOf(one)} is over (${status?.phase ?? ''}): there is nothing to approve`
      : `${titleOf(one)} asks for no approval: spec.approval is None`,
  );
}

const OVER: ReadonlySet<string> = new Set(
  'CuttingOver RollbackWindow CleaningUp Completed Planned Failed Cancelled RolledBack'.split(' '),
);

function isApproved({ resource }: Planned, hash: string): boolean {
  const given = resource.metadata.annotations?.[APPROVE];
  return given === hash || ('deletion' in resource.spec && resource.spec.deletion.approvedPlan === hash);
}

/** Read again after somebody else has written: only if the very same plan stands is the answer still one to it. */
async function unchanged(session: Session, before: Planned, hash: string): Promise<Planned> {
  const { name, namespace, uid } = before.resource.metadata;
  const after = await getOne(session, before.type, namespace, name);
  if (after?.resource.metadata.uid !== uid) throw refused(`${titleOf(before)} is gone: nothing was approved`);
  const now = hashOf(after);
  if (now === hash) return after;
  throw refused(
    `the plan of ${titleOf(before)} has changed meanwhile, from ${hash} to ${now ?? 'none'}: nothing was approved. Look at the new one`,
  );
}

function next({ type, resource }: Planned): string {
  const { namespace } = resource.metadata;
  if (type === 'reindex')
    return `Watch it: kubectl es-steward watch ${titleOf({ type, resource })} -n ${namespace}`;
  if (resource.spec.mode === 'DryRun')
    return 'It is carried out once spec.mode is Enforce, if the plan is still the same then.';
  const hindrance = hindranceOf(resource.status);
  return hindrance === undefined
    ? 'It is carried out at once.'
    : `It is carried out once this is over, if the plan is still the same then: ${hindrance}.`;
}
