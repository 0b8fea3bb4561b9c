/**
 * Computes the results of one step of the scale suite, which connects more consumers in each step. The
 * results are echo times, lost connections, CPU and memory. CPU and memory are compared with the first step.
 */

import { sum } from '../../lib/stats.ts';
import { NONE, paired, type Result } from '../lib/result.ts';
import type { Held } from './process-memory.ts';
import type { Step } from './step.ts';

/**
 * Goals of the scale suite: the p99 of the time until a key's echo, ms, and the number of lost connections
 * per hundred consumers.
 */
export const MOST_P99_MS = 100;
const MOST_LOST_PERCENT = 0.1;
/**
 * The benchmark checks for memory growth only if consumers type for at least this many seconds. In a shorter
 * time the heap has not reached its normal size.
 */
const LONG_S = 60;
/**
 * Maximum allowed growth of memory during the second half of a step, as a ratio: end / middle. Garbage that
 * is not collected yet can explain growth up to this limit.
 */
const FLAT = 1.05;
const KIB = 1024;
const MIB = 1024 * KIB;

export function figuresOf(step: Step, first: Step): Result[] {
  const results = [felt(step), lost(step), cpu(step, first), memory(step, first)];
  return step.seconds >= LONG_S ? [...results, flat(step, 'rss'), flat(step, 'fds')] : results;
}

/** Returns a percentile of the echo times, ms. `share` is from 0 to 1: a share of 0.99 gives the p99. */
export function echo({ tookMs }: Step, share: number): number {
  return tookMs[Math.min(tookMs.length - 1, Math.floor(tookMs.length * share))] ?? Number.NaN;
}

function felt(step: Step): Result {
  const { consumers, providers, crossing, connectMs, refused, lateMs, seconds, tookMs, cpu, othersCpu } =
    step;
  const p99 = echo(step, 0.99);
  const cpus = sum(Object.values(cpu)) / seconds;
  const others = othersCpu / seconds;
  return {
    name: `echo of ${consumers} consumers, p99`,
    value: p99,
    unit: 'ms',
    reference: { name: `p50`, value: echo(step, 0.5) },
    ratio: null,
    goal: `≤ ${MOST_P99_MS} ms`,
    ok: p99 <= MOST_P99_MS,
    more: {
      'ms max': echo(step, 1),
      'ms late with typing, p99': lateMs,
      'keys a second': tookMs.length / seconds,
      'CPUs in use': cpus,
      'CPUs of others on this machine': others,
      'seconds to connect': connectMs / 1000,
    },
    note:
      `max ${echo(step, 1).toFixed(0)} ms; ${(tookMs.length / seconds).toFixed(0)} keys/s; ` +
      `the typing process itself was late by ${lateMs.toFixed(1)} ms at p99; ${cpus.toFixed(2)} CPUs in use, ${others.toFixed(2)} by others on this machine; ` +
      `${providers} providers, ${Math.round(crossing * 100)} % of the paths cross hubs; ` +
      `all connected in ${(connectMs / 1000).toFixed(1)} s${refused === '' ? '' : ` (${refused}; they tried again)`}`,
  };
}

function lost({ consumers, lost, shownLate, why, broken }: Step): Result {
  const percent = (100 * lost) / consumers;
  const late = shownLate === 0 ? '' : `terminals were shown as reconnecting ${shownLate} times`;
  const notes = [why, late, ...broken].filter((text) => text !== '');
  return {
    name: `sockets and channels lost, ${consumers} consumers`,
    value: percent,
    unit: '%',
    reference: { name: 'lost', value: lost },
    ratio: null,
    goal: `< ${MOST_LOST_PERCENT} %, no key lost`,
    ok: percent < MOST_LOST_PERCENT && broken.length === 0,
    ...(notes.length > 0 && { note: notes.join('; ') }),
  };
}

function cpu(step: Step, first: Step): Result {
  const per = ({ cpu, tookMs }: Step, part: keyof Step['cpu']) => (1000 * cpu[part]) / tookMs.length;
  const hubs = (one: Step) => per(one, 'hubs') + per(one, 'redis');
  const more = {
    's of hubs': per(step, 'hubs'),
    's of Redis': per(step, 'redis'),
    's of agents': per(step, 'agents'),
    's of consumers': per(step, 'consumers'),
  };
  return {
    ...paired({
      name: `CPU for 1,000 keys, hubs and Redis, ${step.consumers} consumers`,
      unit: 's',
      ours: [hubs(step)],
      reference: { name: `of ${first.consumers}`, values: [hubs(first)] },
      goal: NONE,
      more,
    }),
    note: Object.entries(more)
      .map(([what, seconds]) => `${seconds.toFixed(3)} ${what}`)
      .join(', '),
  };
}

function memory(step: Step, first: Step): Result {
  const per = ({ looks, nobody, consumers }: Step) => (looks.at(-1)!.rss - nobody.rss) / consumers / KIB;
  return paired({
    name: `memory of both hubs for a consumer with its part of a provider, ${step.consumers} consumers`,
    unit: 'KiB',
    ours: [per(step)],
    reference: { name: `of ${first.consumers}`, values: [per(first)] },
    goal: NONE,
    more: {
      'MiB of both hubs': step.looks.at(-1)!.rss / MIB,
      'MiB of both hubs without anybody': step.nobody.rss / MIB,
      'descriptors of both hubs': step.looks.at(-1)!.fds,
    },
  });
}

/**
 * Compares the use of memory (or of file descriptors) at the end of a long step with that in the middle of
 * the step, to detect a leak.
 */
function flat({ looks, consumers }: Step, what: keyof Held): Result {
  const [scale, unit, name] = what === 'rss' ? [MIB, 'MiB', 'memory'] : [1, '', 'file descriptors'];
  const at = (share: number) => looks[Math.floor((looks.length - 1) * share)]![what] / scale;
  const ratio = at(1) / at(0.5);
  return {
    name: `${name} of both hubs at the end, ${consumers} consumers`,
    value: at(1),
    unit,
    reference: { name: `${unit} in the middle`, value: at(0.5) },
    ratio,
    goal: `≤ ${FLAT} ×`,
    ok: ratio <= FLAT,
    more: { 'at the start': at(0) },
    note: `${at(0).toFixed(0)} at the start`,
  };
}
