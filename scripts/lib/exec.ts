/** Runs a program to its end and returns its output. If it fails, the error has the last lines of output. */
import { spawn } from 'node:child_process';

/** Lines of output that an error repeats. */
const TAIL_LINES = 15;

export interface ExecOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Lines of output that an error repeats. */
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

/** Whether a program of that name is in PATH, or at that path. */
export async function hasCommand(name: string, env = process.env): Promise<boolean> {
  return exec('/bin/sh', ['-c', 'command -v "$1"', 'sh', name], { env }).then(
    () => true,
    () => false,
  );
}
