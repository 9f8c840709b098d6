import { parseArgs } from 'node:util';
import { parseDuration } from '../crds/duration.ts';
import { commands, type CommandName } from './commands.ts';
import { misused } from './failure.ts';
import { helpFor, overview, versionHelp } from './help.ts';

/** What was asked, read once. */
export type Invocation =
  | { readonly type: 'print'; readonly text: string }
  | {
      readonly type: 'run';
      readonly command: CommandName;
      readonly args: readonly string[];
      readonly options: Options;
    };

export interface Options {
  readonly namespace: string | undefined;
  readonly allNamespaces: boolean;
  readonly context: string | undefined;
  readonly kubeconfig: string | undefined;
  readonly output: 'text' | 'json' | 'yaml';
  /** status: end with 1 when somebody has to act. */
  readonly check: boolean;
  readonly yes: boolean;
  /** approve: only the plan of this hash. */
  readonly hash: string | undefined;
  readonly discardNewWrites: boolean;
  readonly noWait: boolean;
  readonly timeoutMs: number | undefined;
  /** report: where it goes. */
  readonly to: string | undefined;
  /** report: lines of each log. */
  readonly tail: number;
}

const flags = {
  namespace: { type: 'string', short: 'n' },
  'all-namespaces': { type: 'boolean', short: 'A' },
  context: { type: 'string' },
  kubeconfig: { type: 'string' },
  output: { type: 'string', short: 'o' },
  check: { type: 'boolean' },
  yes: { type: 'boolean', short: 'y' },
  hash: { type: 'string' },
  'discard-new-writes': { type: 'boolean' },
  'no-wait': { type: 'boolean' },
  timeout: { type: 'string' },
  to: { type: 'string' },
  tail: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const;

/** @throws PluginError that names the argument and the cure. */
export function readInvocation(argv: readonly string[], version: string): Invocation {
  const { values, positionals } = parsed(argv);
  const [word, ...args] = positionals;
  if (values.version === true || word === 'version')
    return { type: 'print', text: `es-steward ${version}\n` };
  if (word === undefined || word === 'help') return { type: 'print', text: helpText(args[0]) };
  const command = commandCalled(word);
  if (values.help === true) return { type: 'print', text: helpFor(command) };
  refuseStrangers(command, values);
  return { type: 'run', command, args, options: optionsFrom(values) };
}

function helpText(word: string | undefined): string {
  if (word === undefined) return overview();
  return word === 'version' ? versionHelp() : helpFor(commandCalled(word));
}

type Values = ReturnType<typeof parsed>['values'];

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: flags, allowPositionals: true, strict: true });
  } catch (cause) {
    const [reason = ''] = (cause instanceof Error ? cause.message : String(cause)).split('. ');
    throw misused(`${reason}. kubectl es-steward help COMMAND lists the flags of a command`);
  }
}

function commandCalled(word: string): CommandName {
  if (Object.hasOwn(commands, word)) return word as CommandName; // was just seen to be one
  throw misused(
    `there is no command ${word}: it is one of ${[...Object.keys(commands), 'version'].join(', ')}`,
  );
}

/** A flag of another command is a mistake, not a wish to be ignored. */
function refuseStrangers(command: CommandName, values: Values): void {
  const known: ReadonlySet<string> = new Set([...COMMON, ...commands[command].flags]);
  const stranger = Object.keys(values).find((name) => !known.has(name));
  if (stranger !== undefined)
    throw misused(
      `${command} has no flag --${stranger}: kubectl es-steward ${command} -h lists those that it has`,
    );
}

const COMMON = ['namespace', 'all-namespaces', 'context', 'kubeconfig', 'help'];

function optionsFrom(values: Values): Options {
  if (values.namespace !== undefined && values['all-namespaces'] === true)
    throw misused('give one of --namespace and --all-namespaces, not both');
  if (values.namespace === '')
    throw misused('--namespace is empty: give the name of one, or --all-namespaces');
  return {
    namespace: values.namespace,
    allNamespaces: values['all-namespaces'] ?? false,
    context: values.context,
    kubeconfig: values.kubeconfig,
    output: outputOf(values.output),
    check: values.check ?? false,
    yes: values.yes ?? false,
    hash: values.hash,
    discardNewWrites: values['discard-new-writes'] ?? false,
    noWait: values['no-wait'] ?? false,
    timeoutMs: values.timeout === undefined ? undefined : millisecondsOf(values.timeout),
    to: values.to,
    tail: values.tail === undefined ? 5_000 : linesOf(values.tail),
  };
}

function outputOf(written: string | undefined): Options['output'] {
  if (written === undefined) return 'text';
  if (written === 'json' || written === 'yaml') return written;
  throw misused(`--output ${written} is not known: it is json or yaml`);
}

function millisecondsOf(written: string): number {
  const ms = parseDuration(written);
  if (ms !== undefined && ms > 0) return ms;
  throw misused(`--timeout ${written} is no duration: write it like 90s, 30m or 2h`);
}

function linesOf(written: string): number {
  const lines = Number(written);
  if (Number.isInteger(lines) && lines > 0) return lines;
  throw misused(`--tail ${written} is no number of lines`);
}
