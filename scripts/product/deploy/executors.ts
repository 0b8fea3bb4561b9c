/** Executes a plan: either shows it, or carries out its steps until one fails. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { messageOf, paint, say, step as timed } from '../../lib/console.ts';
import { hasCommand } from '../../lib/exec.ts';
import { ROOT } from '../../lib/paths.ts';
import type { Step } from './plan.ts';

/** The step as a shell command, for the project's folder. */
export function shown({ title, command, input }: Step): string {
  const line = command.map(quoted).join(' ');
  const here = input === undefined ? '' : ` <<'EOF'\n${input.trimEnd()}\nEOF`;
  return `# ${title}\n${line}${here}\n`;
}

export function show(steps: readonly Step[]): void {
  for (const step of steps) say(shown(step));
}

/** Starts nothing if a program is missing. */
export async function carryOut(steps: readonly Step[], env: NodeJS.ProcessEnv): Promise<void> {
  for (const program of new Set(steps.map(({ command }) => command[0]))) {
    if (!(await hasCommand(program, env)))
      throw new Error(`${program} is not installed, or not in PATH. Nothing was done.`);
  }
  for (const [index, step] of steps.entries()) {
    try {
      await timed(step.title, () => run(step, env));
    } catch (error) {
      const left = steps.slice(index + 1).map(({ title }) => title);
      const undone = left.length === 0 ? '' : `\nNot done: ${left.join('; ')}.`;
      throw new Error(`${step.title}: ${messageOf(error)}${undone}`);
    }
  }
}

/** The program prints to the terminal itself. Its stdin is ours, so it can't ask questions. */
async function run({ command: [program, ...args], input = '' }: Step, env: NodeJS.ProcessEnv): Promise<void> {
  say(paint('dim', `  ${[program, ...args].map(quoted).join(' ')}`));
  const child = spawn(program, args, { cwd: ROOT, env, stdio: ['pipe', 'inherit', 'inherit'] });
  // The program may end before it has read everything. Its exit code tells why.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  if (code !== 0) throw new Error(`${program} failed (${signal ?? `exit code ${code}`}).`);
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
