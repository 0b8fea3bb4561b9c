/**
 * Benchmark suite: a desktop seen through the hub, compared with websockify on the same VNC server, with a direct
 * connection, and with `docker run` of the same image. The viewer is the same program on all ways.
 */
import { messageOf } from '../../lib/console.ts';
import { percentile } from '../../lib/stats.ts';
import type { Options } from '../lib/options.ts';
import { summary } from '../lib/report.ts';
import { atLeast, atMost, type Goal, paired, type Result } from '../lib/result.ts';
import { Desktop, type Ways } from '../vnc/desktop.ts';
import { bringImage } from '../vnc/image.ts';
import type { Measured, Wish } from '../vnc/near.ts';
import { Pool } from '../vnc/pool.ts';
import { MEGABITS, ROUND_TRIP_MS } from '../vnc/slow-lines.ts';

const WEBSOCKIFY = 'websockify';
const DIRECT = 'direct connection';
const FAR = `${MEGABITS} Mbit/s, ${ROUND_TRIP_MS} ms`;
const MS = 'ms';

/** The values of all repetitions. */
interface Pairs<T> {
  readonly ours: readonly T[];
  readonly reference: readonly T[];
}

/** What is measured of one way in one repetition. */
type Measure<T> = () => Promise<T>;

export async function vnc(options: Options): Promise<Result[]> {
  const { progress } = options;
  let stopEngine: () => Promise<void>;
  try {
    stopEngine = await bringImage(progress);
  } catch (error) {
    return [notMeasured(messageOf(error))];
  }
  const desktop = await Desktop.start(options.cpuProf);
  const results: Result[] = [];
  // The whole run takes minutes, so each result is told when it is there.
  const tell = (...found: Result[]) => {
    for (const result of found) progress(summary(result));
    results.push(...found);
  };
  try {
    const start = await pairsOf(
      'start',
      options,
      () => desktop.create(),
      () => desktop.run(),
    );
    const reference = { name: 'docker run', values: start.reference };
    tell(paired({ name: 'create → painted', unit: MS, ours: start.ours, reference, goal: atMost(1.3) }));
    if (options.reps % 2 === 0) await desktop.create();
    const ahead = await bootedAhead(desktop, options);
    tell(
      paired({ name: 'create → seen, booted ahead', unit: MS, ours: ahead, reference, goal: atMost(0.15) }),
    );
    await seen(desktop, await desktop.ways(), options, tell);
    return results;
  } finally {
    await desktop.stop();
    await stopEngine();
  }
}

async function bootedAhead(desktop: Desktop, { reps, progress }: Options): Promise<number[]> {
  const pool = await Pool.start();
  try {
    const values: number[] = [];
    for (let rep = 1; rep <= reps; rep++) {
      values.push(await pool.create(desktop));
      progress(`vnc, booted ahead: ${rep} of ${reps}`);
    }
    return values;
  } finally {
    await pool.stop();
  }
}

/** Measures the desktop that was created last, over all ways. */
async function seen(
  desktop: Desktop,
  ways: Ways,
  options: Options,
  tell: (...results: Result[]) => void,
): Promise<void> {
  const over = (way: Ways[keyof Ways], wish: Pick<Wish, 'isAnimated' | 'types'>): Measure<Measured> => {
    return async () => desktop.near.call.measure({ address: await way(), seconds: options.seconds, ...wish });
  };
  const typed = (name: string, isAnimated: boolean, ours: Ways['ours'], reference: Ways['ours']) => {
    const wish = { isAnimated, types: true };
    return pairsOf(name, options, over(ours, wish), over(reference, wish));
  };
  const bytes = (name: string, pairs: Pairs<Measured>) =>
    figure(name, 'of a byte of RFB', pairs, 'wireBytes', WEBSOCKIFY, atMost(1.02));
  const { ours, websockify, oursFar, websockifyFar, directFar } = ways;
  const idle = await typed('keys', false, ours, websockify);
  tell(delay('key → changed pixel, idle, p50', idle, atMost(1.3)), bytes('bytes on the socket, keys', idle));
  const beside = await typed('keys beside an animation', true, ours, websockify);
  tell(delay('key → changed pixel, beside an animation, p50', beside, atMost(1.3)));
  const far = await typed('keys over a long line', false, oursFar, websockifyFar);
  tell(delay(`key → changed pixel, ${FAR}, p50`, far, atMost(1.15)));
  const farBeside = await typed('keys beside an animation over a long line', true, oursFar, websockifyFar);
  tell(
    delay(`key → changed pixel, ${FAR}, beside an animation, p50`, farBeside, atMost(1.15)),
    bytes('bytes on the socket, an animation', farBeside),
  );
  const watch = { isAnimated: true, types: false };
  const watched = await pairsOf('animation', options, over(oursFar, watch), over(directFar, watch));
  tell(
    figure(`updates of an animation, ${FAR}`, 'a second', watched, 'updatesPerSecond', DIRECT, atLeast(0.95)),
  );
}

/** Measures in pairs. Their order alternates, so that work that begins or ends meanwhile favours neither. */
async function pairsOf<T>(
  name: string,
  { reps, progress }: Options,
  ours: Measure<T>,
  reference: Measure<T>,
): Promise<Pairs<T>> {
  const values = { ours: [] as T[], reference: [] as T[] };
  const inTurn = [
    async () => values.ours.push(await ours()),
    async () => values.reference.push(await reference()),
  ];
  for (let rep = 1; rep <= reps; rep++) {
    for (const measure of rep % 2 === 1 ? inTurn.toReversed() : inTurn) await measure();
    progress(`vnc, ${name}: ${rep} of ${reps}`);
  }
  return values;
}

function delay(name: string, { ours, reference }: Pairs<Measured>, goal: Goal): Result {
  const p50 = (all: readonly Measured[]) => all.map(({ delays }) => percentile(delays, 0.5));
  const p95 = (all: readonly Measured[]) =>
    percentile(
      all.flatMap(({ delays }) => delays),
      0.95,
    );
  return paired({
    name,
    unit: MS,
    ours: p50(ours),
    reference: { name: WEBSOCKIFY, values: p50(reference) },
    goal,
    more: {
      'p95, ours, ms': p95(ours),
      [`p95, ${WEBSOCKIFY}, ms`]: p95(reference),
      'keys, ours': ours.reduce((sum, { delays }) => sum + delays.length, 0),
    },
  });
}

function figure(
  name: string,
  unit: string,
  { ours, reference }: Pairs<Measured>,
  which: 'updatesPerSecond' | 'wireBytes',
  referenceName: string,
  goal: Goal,
): Result {
  const values = (all: readonly Measured[]) => all.map((one) => one[which]);
  return paired({
    name,
    unit,
    ours: values(ours),
    reference: { name: referenceName, values: values(reference) },
    goal,
  });
}

function notMeasured(why: string): Result {
  return {
    name: 'a desktop through the hub',
    value: null,
    unit: '',
    reference: { name: WEBSOCKIFY, value: null },
    ratio: null,
    goal: atMost(1.3).text,
    ok: false,
    note: `This machine can't measure it: ${why}`,
  };
}
