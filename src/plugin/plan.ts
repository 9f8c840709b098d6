import { EXIT, misused, refused, type ExitCode } from './failure.ts';
import { printed } from './output.ts';
import { planLines, type Planned } from './plan-lines.ts';
import { findOne } from './read.ts';
import type { Session } from './session.ts';
import { definitions, namedBy, titleOf } from './targets.ts';
import { unjudgedBecause } from './words.ts';

/** The plan of a policy, or of a request. */
export async function plan(session: Session, args: readonly string[]): Promise<ExitCode> {
  const one = await plannedBy(session, args, 'plan');
  const { out, options } = session;
  if (options.output === 'text') out.write(`${shown(session, one).join('\n')}\n`);
  else out.write(printed(planData(one), options.output));
  return EXIT.good;
}

/** The one object that the arguments name. */
export async function plannedBy(
  session: Session,
  args: readonly string[],
  command: string,
): Promise<Planned> {
  const [named, ...more] = namedBy(args, ['maintenance', 'reindex']);
  if (named === undefined || more.length > 0)
    throw misused(`name one object: kubectl es-steward ${command} imp/NAME, or reindex/NAME`);
  return findOne(session, named);
}

/** @throws PluginError while there is no plan. */
export function shown({ clock, paint }: Session, one: Planned): readonly string[] {
  const lines = planLines(one, clock.now(), paint);
  if (lines !== undefined) return lines;
  throw refused(`${titleOf(one)} has no plan: ${unjudgedBecause(one.resource.status)}`);
}

function planData(one: Planned): unknown {
  const { type, resource } = one;
  const { name, namespace } = resource.metadata;
  if (resource.status?.plan === undefined) throw refused(`${titleOf(one)} has no plan yet`);
  const { phase } = type === 'reindex' ? (resource.status ?? {}) : {};
  return {
    kind: definitions[type].kind,
    namespace,
    name,
    ...(phase && { phase }),
    plan: resource.status.plan,
  };
}
