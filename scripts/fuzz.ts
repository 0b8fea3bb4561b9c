/**
 * npm run fuzz: changes protocol frames at random, and sends them to three parts of the product (the
 * targets): the codec, sessions in simulated time, and the three WebSocket endpoints of a hub. Stops at the
 * first defect. The frames come from a recorded session.
 */
import { parseArgs } from 'node:util';
import { type Budget, campaign, once, type Progress, type Result, shortened } from './fuzz/run/campaign.ts';
import type { Failure } from './fuzz/run/messages.ts';
import { TARGETS, type TargetName } from './fuzz/targets/index.ts';
import { main, paint, say } from './lib/console.ts';
import { randomSeed } from './testing/seed.ts';

const HELP = `npm run fuzz -- [options]
  --minutes N     how long, all targets together (default 1)
  --frames N      how many mutated frames instead, all targets together
  --target NAME   only this one: ${Object.keys(TARGETS).join(', ')}
  --seed S        decides everything that is done (default: a random one)
  --case N        runs this one case of a target again
  --only A,B,…    carries out only these decisions of that case`;

/**
 * With the option --frames: the share of the frames that each fuzzed part of the product gets (0 to 1). With
 * these shares, each part is fuzzed for about the same time.
 */
const SHARES: Record<TargetName, number> = { codec: 0.94, session: 0.05, hub: 0.01 };
/**
 * With the option --minutes: how often memory is measured at most, while one part of the product is fuzzed.
 */
const LOOKS = 20;
const MIN_LOOK_MS = 1_000;
/** With the option --frames: the interval between two measurements of memory, ms. */
const LOOK_MS = 10_000;

await main(async () => {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string' },
      frames: { type: 'string' },
      target: { type: 'string' },
      seed: { type: 'string' },
      case: { type: 'string' },
      only: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return say(HELP);
  const seed = number('seed', values.seed) ?? randomSeed();
  const targets = values.target === undefined ? names() : [named(values.target)];
  const index = number('case', values.case);
  if (index !== undefined) return again(targets, seed, index, values.only);
  say(`Seed ${seed}`);
  const [minutes, frames] = [number('minutes', values.minutes), number('frames', values.frames)];
  for (const target of targets) {
    const share = targets.length === 1 ? 1 : SHARES[target];
    const ms = ((minutes ?? 1) * 60_000) / targets.length;
    const budget =
      frames === undefined
        ? { ms, frames: Number.POSITIVE_INFINITY }
        : { ms: Number.POSITIVE_INFINITY, frames: frames * share };
    if (!(await fuzz(target, seed, budget))) return;
  }
});

/** Fuzzes one part of the product (codec, session or hub). Resolves with true if no failure was found. */
async function fuzz(target: TargetName, seed: number, budget: Budget): Promise<boolean> {
  const lookMs = Number.isFinite(budget.ms) ? Math.max(MIN_LOOK_MS, budget.ms / LOOKS) : LOOK_MS;
  const report = (progress: Progress) => say(`  ${target.padEnd(8)}${line(progress)}`);
  const result = await campaign({ target, seed, budget, lookMs, report });
  summary(result);
  if (!result.failure) return true;
  await tell(result.failure);
  return false;
}

async function again(targets: TargetName[], seed: number, index: number, only?: string): Promise<void> {
  const [target, ...others] = targets;
  if (target === undefined || others.length > 0) throw new Error('Say which --target the case is of.');
  const failure = await once(target, seed, index, only?.split(',').filter(Boolean).map(Number));
  if (!failure) return say('All is well.');
  show(failure);
  process.exitCode = 1;
}

async function tell(failure: Failure): Promise<void> {
  process.exitCode = 1;
  if (failure.taken.length === 0) return show(failure);
  say(paint('red', failure.text));
  say(`Looking for a shorter form of case ${failure.index}, which has ${failure.taken.length} decisions …`);
  show(await shortened(failure));
}

function show({ target, seed, index, text, taken, story }: Failure): void {
  for (const step of story) say(step);
  say(paint('red', text));
  const only = story.length > 0 ? ` --only ${taken.join(',')}` : '';
  say(`Again: npm run fuzz -- --target ${target} --seed ${seed} --case ${index}${only}`);
}

function summary({ target, codes, looks }: Result): void {
  const [first, middle, last] = [looks[0], looks[looks.length >> 1], looks.at(-1)];
  if (!first || !middle || !last) return;
  say(`  ${target}: ${last.frames.toLocaleString('en')} frames in ${seconds(last.ms)}, ${last.cases} cases`);
  const resident = [first, middle, last].map(({ memory }) => mebibytes(memory.resident)).join(', ');
  const live = [first, middle, last].map(({ memory }) => mebibytes(memory.live)).join(', ');
  say(`  memory at start, middle, end: resident ${resident}; reachable ${live}`);
  const sorted = [...codes].sort(([, a], [, b]) => b - a);
  say(`  ${sorted.map(([code, count]) => `${code} ${count.toLocaleString('en')}`).join(' · ')}`);
}

function line({ ms, frames, memory }: Progress): string {
  const rate = Math.round((frames * 1000) / ms).toLocaleString('en');
  return `${seconds(ms).padStart(7)}  ${frames.toLocaleString('en').padStart(11)} frames  ${rate.padStart(7)}/s  resident ${mebibytes(memory.resident)}, reachable ${mebibytes(memory.live)}`;
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`;
}

function names(): TargetName[] {
  return Object.keys(TARGETS) as TargetName[];
}

function named(name: string): TargetName {
  if (Object.hasOwn(TARGETS, name)) return name as TargetName;
  throw new Error(`--target is "${name}": it must be one of ${names().join(', ')}.`);
}

function number(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!(value >= 0)) throw new Error(`--${option} is "${text}": it must be a number.`);
  return value;
}
