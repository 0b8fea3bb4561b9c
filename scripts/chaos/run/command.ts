/**
 * Part of the chaos runs: parses the options of a chaos command, starts the run, prints the report, and tells
 * how to repeat a failed run.
 */
import { parseArgs } from 'node:util';
import { say } from '../../lib/console.ts';
import { randomSeed } from '../../testing/seed.ts';
import { FLAG, untilTold, whole } from '../lib/options.ts';
import type { Environment } from './environment.ts';
import { report, showProgress } from './report.ts';
import { type Outcome, runChaos, type Scenario } from './run.ts';

export interface ChaosCommand<S extends Environment, Flag extends string> {
  /** The name of the chaos command in `npm run chaos -- NAME`. */
  readonly name: string;
  /** The text that the option --help prints. */
  readonly help: string;
  readonly defaults: { readonly kills: string; readonly channels: string; readonly rate: string };
  /** Smallest number of channels that the chaos command accepts. Each consumer needs at least one channel. */
  readonly leastChannels: number;
  /** Options without a value. */
  readonly flags: readonly Flag[];
  scenario(flags: Readonly<Record<Flag, boolean>>): Scenario<S>;
  /** Checks the outcome of the chaos run. Throws if the product broke one of its promises. */
  judge?(outcome: Outcome): void;
}

const NUMBER = (preset: string) => ({ type: 'string', default: preset }) as const;

export async function runCommand<S extends Environment, Flag extends string>(
  { name, help, defaults, leastChannels, flags, scenario, judge }: ChaosCommand<S, Flag>,
  args: string[],
): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      kills: NUMBER(defaults.kills),
      seed: NUMBER(String(randomSeed())),
      channels: NUMBER(defaults.channels),
      rate: NUMBER(defaults.rate),
      logs: FLAG,
      help: FLAG,
      ...Object.fromEntries(flags.map((flag) => [flag, FLAG])),
    },
  });
  if (values.help) return say(help);
  const options = {
    kills: whole('kills', values.kills, 1, 1_000_000),
    seed: whole('seed', values.seed, 0, 2 ** 32 - 1),
    channels: whole('channels', values.channels, leastChannels, 64),
    rate: whole('rate', values.rate, 1_000, 10_000_000),
  };
  const given = new Map<string, unknown>(Object.entries(values));
  const raised = Object.fromEntries(flags.map((flag) => [flag, given.get(flag) === true]));
  const again = [
    ...Object.entries(options).map(([option, value]) => `--${option} ${value}`),
    ...flags.filter((flag) => raised[flag]).map((flag) => `--${flag}`),
  ];
  const command = `npm run chaos -- ${name} ${again.join(' ')}`;
  say(`  ${command}`);
  try {
    const outcome = await runChaos(
      scenario(raised as Record<Flag, boolean>),
      { ...options, keepLogs: values.logs, progress: showProgress(options.kills) },
      untilTold(),
    );
    report(options, outcome);
    if (values.logs) say(`  Logs: ${outcome.logs}\n`);
    judge?.(outcome);
  } catch (error) {
    throw new Error(`${(error as Error).message}\nAgain with: ${command}`, { cause: error });
  }
}
