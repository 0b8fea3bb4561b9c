/** Prints the steps of a deployment plan, or runs the steps until one of them fails. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { messageOf, paint, say, step as timed } from '../../lib/console.ts';
import { hasCommand } from '../../lib/exec.ts';
import { ROOT } from '../../lib/paths.ts';
import type { Step } from './step.ts';

/** Returns the step as a shell command, to be run in the project's root folder. */
export function shown({ title, command, input, unless }: Step): string {
  const check = unless === undefined ? '' : `${unless.map(quoted).join(' ')} > /dev/null 2>&1 || `;
  const line = check + command.map(quoted).join(' ');
  const here = input === undefined ? '' : ` <<'EOF'\n${input.trimEnd()}\nEOF`;
  return `# ${title}\n${line}${here}\n`;
}

export function show(steps: readonly Step[]): void {
  for (const step of steps) say(shown(step));
}

/** Runs the steps in order. If a program of any step is missing, throws before the first step. */
export async function carryOut(steps: readonly Step[], env: NodeJS.ProcessEnv): Promise<void> {
  for (const program of new Set(steps.map(({ command }) => command[0]))) {
    if (!(await hasCommand(program, env)))
      throw new Error(`${program} is not installed, or not in PATH. Nothing was done.`);
  }
  for (const [index, step] of steps.entries()) {
    try {
      if (step.unless === undefined || !(await succeeds(step.unless, env)))
        await timed(step.title, () => run(step, env));
    } catch (error) {
      const left = steps.slice(index + 1).map(({ title }) => title);
      const undone = left.length === 0 ? '' : `\nNot done: ${left.join('; ')}.`;
      throw new Error(`${step.title}: ${messageOf(error)}${undone}`);
    }
  }
}

/**
 * The program prints directly to the terminal. Its stdin is a pipe from this process, so it can't ask the
 * user questions.
 */
async function run({ command: [program, ...args], input = '' }: Step, env: NodeJS.ProcessEnv): Promise<void> {
  say(paint('dim', `  ${[program, ...args].map(quoted).join(' ')}`));
  const child = spawn(program, args, { cwd: ROOT, env, stdio: ['pipe', 'inherit', 'inherit'] });
  // The program may exit before it has read all of its input. Writing the rest then fails. This error is
  // ignored, because the program's exit code says whether the program failed.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  if (code !== 0) throw new Error(`${program} failed (${signal ?? `exit code ${code}`}).`);
}

async function succeeds([program, ...args]: readonly [string, ...string[]], env: NodeJS.ProcessEnv) {
  const child = spawn(program, args, { cwd: ROOT, env, stdio: 'ignore' });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code === 0;
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
