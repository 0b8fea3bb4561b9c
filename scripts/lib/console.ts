/** Prints the output of scripts for people, with the duration of steps, and with colours on terminals. */
import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/** Colours a text if stdout is a terminal that supports colours. Obeys NO_COLOR and FORCE_COLOR. */
export function paint(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stdout });
}

export function say(line = ''): void {
  process.stdout.write(`${line}\n`);
}

export function warn(line: string): void {
  process.stderr.write(`${styleText('yellow', line, { stream: process.stderr })}\n`);
}

/** Returns a readable message for any thrown value, even if the value is not an Error. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Formats a duration with its unit, as in `830 ms`, `4.2 s` or `95 s`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`;
}

/** Runs one step of a script, and then prints the step's name and duration. */
export async function step<T>(name: string, run: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const result = await run();
  say(`  ${name} ${paint('dim', duration(performance.now() - start))}`);
  return result;
}

/** Runs the main function of a command. An error is printed to stderr and leads to exit code 1. */
export async function main(run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    const remedy = isWrongOption(error) ? ' (see --help)' : '';
    process.stderr.write(`${styleText('red', messageOf(error) + remedy, { stream: process.stderr })}\n`);
    process.exitCode = 1;
  }
}

function isWrongOption(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS_');
}
