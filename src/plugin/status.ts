import { EXIT, misused, type ExitCode } from './failure.ts';
import { leaseless, operatorFacts, operatorLine } from './operator.ts';
import { printed } from './output.ts';
import { findOne, listOurs } from './read.ts';
import type { Session } from './session.ts';
import { statusLines, type StatusRow } from './status-lines.ts';
import { definitions, kindNames, namedBy, type Ours } from './targets.ts';
import { needsPerson, verdictOf } from './verdict.ts';

/** One look at everything. */
export async function status(session: Session, args: readonly string[]): Promise<ExitCode> {
  const [found, facts] = await Promise.all([wanted(session, args), operatorFacts(session)]);
  const operator = leaseless(facts, found);
  const now = session.clock.now();
  const rows = found.map((one): StatusRow => ({ one, verdict: verdictOf(one, now) }));
  const line = operatorLine(operator, now);
  const { out, options, paint, namespace } = session;
  if (options.output === 'text') {
    const view = {
      rows,
      operator: line,
      paint,
      namespace,
      width: out.isTTY === true ? out.columns : undefined,
    };
    out.write(`${statusLines(view).join('\n')}\n`);
  } else out.write(printed({ operator, resources: rows.map(rowData) }, options.output));
  const isWell = line.good && !rows.some(({ verdict }) => needsPerson(verdict.level));
  return isWell || !options.check ? EXIT.good : EXIT.no;
}

async function wanted(session: Session, args: readonly string[]): Promise<readonly Ours[]> {
  if (args.length === 0) return listOurs(session);
  if (session.namespace === undefined)
    throw misused('names and --all-namespaces do not go together: give --namespace');
  return Promise.all(namedBy(args, kindNames).map((named) => findOne(session, named)));
}

function rowData({ one, verdict }: StatusRow): unknown {
  const { name, namespace } = one.resource.metadata;
  return { kind: definitions[one.type].kind, namespace, name, ...verdict };
}
