import { commands, flagTexts, type CommandName } from './commands.ts';

const PROGRAM = 'kubectl es-steward';

const VERSION = 'The version of this plugin';

const GLOBAL = [
  '-n, --namespace=NAME     The namespace. Default that of the context',
  '-A, --all-namespaces     All namespaces',
  '--context=NAME           Another context of the kubeconfig',
  '--kubeconfig=PATH        Another kubeconfig',
  '-h, --help               This text; help COMMAND tells of a command',
];

const indented = (lines: readonly string[]): string => lines.map((line) => `  ${line}`).join('\n');

export function overview(): string {
  const width = Math.max(...Object.keys(commands).map((name) => name.length));
  const rows = Object.entries(commands).map(([name, { summary }]) => `${name.padEnd(width)}   ${summary}`);
  return [
    'Look at es-steward, and answer what it asks.',
    `Usage: ${PROGRAM} COMMAND [flags]`,
    `Commands:\n${indented([...rows, `${'version'.padEnd(width)}   ${VERSION}`])}`,
    `Flags of all commands:\n${indented(GLOBAL)}`,
    'Exit codes: 0 good, 1 the answer is no, 2 wrong arguments, 3 the cluster cannot be used, 130 interrupted.',
    '',
  ].join('\n\n');
}

export function helpFor(name: CommandName): string {
  const { summary, usage, text, flags, examples } = commands[name];
  return [
    `${summary}.`,
    `Usage: ${PROGRAM} ${usage} [flags]`,
    wrapped(text, 100),
    `Flags:\n${indented([...flags.map((flag) => flagTexts[flag]), ...GLOBAL])}`,
    `Examples:\n${indented(examples.map(([command, meaning]) => `${PROGRAM} ${command}   # ${meaning}`))}`,
    '',
  ].join('\n\n');
}

/** It needs no cluster, so it is none of the commands that have a session. */
export const versionHelp = (): string =>
  `${VERSION}.\n\nUsage: ${PROGRAM} version\n\nExamples:\n  ${PROGRAM} version   # what a bug report should name\n`;

/** Words in lines of at most `width` letters. */
export function wrapped(text: string, width: number): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.join('\n');
}
