import { spawn } from 'node:child_process';

/** How much of a failed command's output is worth showing. */
const tailLength = 4000;

export type CommandOptions = {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Called for every line that the command writes to stderr. */
  readonly onErrorLine?: (line: string) => void;
};

/** Runs a command to its end and gives its stdout; a failure quotes the command and the end of its output. */
export async function run(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    output = (output + text).slice(-tailLength);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output = (output + text).slice(-tailLength);
    for (const line of text.split('\n')) if (line !== '') options.onErrorLine?.(line);
  });
  const code = await exitCode(child, command);
  if (code === 0) return stdout;
  throw new Error(`\`${[command, ...args].join(' ')}\` failed with ${code}:\n${output.trim()}`);
}

function exitCode(child: ReturnType<typeof spawn>, command: string): Promise<number | string> {
  return new Promise((resolve, reject) => {
    child.once('error', (cause) => reject(new Error(`\`${command}\` cannot be started`, { cause })));
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'no exit code'));
  });
}
