/** Runs a program until it exits, and returns its output. An error contains the last output lines. */
import { spawn } from 'node:child_process';

/** Default number of output lines in the error of a failed program. */
const TAIL_LINES = 15;

export interface ExecOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Number of output lines that the error contains if the program fails. */
  readonly tail?: number;
}

export async function exec(
  command: string,
  args: readonly string[],
  options: ExecOptions = {},
): Promise<string> {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  child.on('error', (error) => reject(new Error(`${command} could not be run: ${error.message}`)));
  child.on('close', (code, signal) => {
    if (code === 0) return resolve(output);
    const tail = output
      .trimEnd()
      .split('\n')
      .slice(-(options.tail ?? TAIL_LINES));
    reject(new Error(`${command} failed (${signal ?? `exit code ${code}`})\n${tail.join('\n')}`));
  });
  return promise;
}

/** Resolves with true if `name` is a command in PATH, or the path of a program. */
export async function hasCommand(name: string, env = process.env): Promise<boolean> {
  return exec('/bin/sh', ['-c', 'command -v "$1"', 'sh', name], { env }).then(
    () => true,
    () => false,
  );
}
