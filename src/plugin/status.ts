import { EXIT, misused, type ExitCode } from './failure.ts';
import { leaseless, operatorFacts, operatorLine } from './operator.ts';
import { printed } from './output.ts';
import { findOne, listOurs, type Listed } from './read.ts';
import type { Session } from './session.ts';
import { statusLines, type StatusRow } from './status-lines.ts';
import { definitions, kindNames, namedBy } from './targets.ts';
import { needsPerson, verdictOf } from './verdict.ts';

/** One look at everything. */
export async function status(session: Session, args: readonly string[]): Promise<ExitCode> {
  const [{ found, hidden }, seen] = await Promise.all([wanted(session, args), operatorFacts(session)]);
  const facts = leaseless(seen, found);
  const now = session.clock.now();
  const rows = found.map((one): StatusRow => ({ one, verdict: verdictOf(one, now) }));
  const operators = facts.map((each) => operatorLine(each, now));
  const { out, options, paint, namespace } = session;
  if (options.output === 'text') {
    const width = out.isTTY === true ? out.columns : undefined;
    out.write(`${statusLines({ rows, hidden, operators, paint, namespace, width }).join('\n')}\n`);
  } else {
    const [operator] = facts;
    const notShown = hidden.map((type) => definitions[type].kind);
    const told = { operator, operators: facts, resources: rows.map(rowData), notShown };
    out.write(printed(told, options.output));
  }
  const isWell =
    operators.every(({ good }) => good) && !rows.some(({ verdict }) => needsPerson(verdict.level));
  return isWell || !options.check ? EXIT.good : EXIT.no;
}

async function wanted(session: Session, args: readonly string[]): Promise<Listed> {
  if (args.length === 0) return listOurs(session, kindNames);
  if (session.namespace === undefined)
    throw misused('names and --all-namespaces do not go together: give --namespace');
  const named = namedBy(args, kindNames);
  return { found: await Promise.all(named.map((each) => findOne(session, each))), hidden: [] };
}

function rowData({ one, verdict }: StatusRow): unknown {
  const { name, namespace } = one.resource.metadata;
  return { kind: definitions[one.type].kind, namespace, name, ...verdict };
}
