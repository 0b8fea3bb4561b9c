/**
 * The chaos run in which viewers of a terminal stop reading: a program sends bulk data to the terminal. One
 * viewer reads everything, and the other viewers stop reading for a while.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child } from '../../testing/processes/child.ts';
import { Started, stopAgent } from '../../testing/started.ts';
import { runningVm } from '../../testing/vms.ts';
import type { ConsumerCalls } from './consumer-main.ts';
import { type Measured, measure, type Subjects } from './measure.ts';

/**
 * A shell command that prints lines of 1000 characters without end. With short lines, the kernel's TTY code
 * would be the bottleneck.
 */
const FLOOD = "yes $(printf '%01000d' 5)\r";
/** Time after a change until buffers are filled and JavaScript code is compiled, ms. */
const SETTLE_MS = 5_000;
const KINDS = 3;

export interface StalledOptions {
  /** Number of viewers of the terminal that stop reading. */
  readonly stalled: number;
  /**
   * `ms` is the duration of the phase in which viewers are stalled (do not read), in ms. `beforeMs` is the
   * duration of each measured phase without these viewers, in ms.
   */
  readonly ms: number;
  readonly beforeMs: number;
  /** Runs one step of the chaos run, and prints the step's name. */
  step<T>(name: string, run: () => Promise<T>): Promise<T>;
}

export interface Outcome {
  readonly idle: Measured;
  readonly before: Measured;
  /**
   * Values that are measured while all viewers of the terminal read, before some of them stop. The check of
   * the results uses only one of these values: the size of the hub's memory. The other values depend on the
   * machine, because two CPU cores are too slow for all the readers.
   */
  readonly together: Measured;
  readonly during: Measured;
  readonly after: Measured;
  /**
   * For each viewer that had stopped reading: the number of skipped bytes that the hub reported to it when it
   * read again.
   */
  readonly skipped: readonly number[];
}

export async function runStalled(options: StalledOptions): Promise<Outcome> {
  const data = mkdtempSync(join(tmpdir(), 'unicore-stalled-'));
  const children: Child<ConsumerCalls>[] = [];
  const child = () => {
    const made = new Child<ConsumerCalls>({ script: '../chaos/stalled/consumer-main.ts' });
    children.push(made);
    return made;
  };
  const started = await Started.start(data);
  try {
    return await stalled(options, started, child);
  } finally {
    await Promise.all(children.map((one) => one.kill()));
    await started.stop();
    await stopAgent(data);
    rmSync(data, { recursive: true, force: true });
  }
}

async function stalled(
  { stalled: count, ms, beforeMs, step }: StalledOptions,
  started: Started,
  child: () => Child<ConsumerCalls>,
): Promise<Outcome> {
  const unicore = started.sdk();
  const vmId = await runningVm(unicore);
  unicore.close();
  const consumer = async () => {
    const made = child();
    await made.call.signIn(started.url, started.token, vmId);
    return made;
  };
  const [reader, typist, awake, frozen] = await Promise.all([1, 2, 3, 4].map(consumer));
  await reader!.call.read();
  await typist!.call.prepareTyping();
  const subjects: Subjects = {
    hub: (await started.pids()).hub,
    received: () => reader!.call.received(),
    type: (forMs) => typist!.call.type(forMs),
  };
  const idle = await step('idle', () => measure(subjects, beforeMs));
  await reader!.call.send(FLOOD);
  await measure(subjects, SETTLE_MS);
  const before = await step('one viewer reads', () => measure(subjects, beforeMs));
  const together = await step(`${count} more viewers read`, async () => {
    // Later, a third of these viewers stops giving flow-control credit. Another third does not read from its
    // sockets. The process of the last third is frozen.
    const raw = Math.floor(count / KINDS);
    const bySdk = Math.ceil(count / KINDS);
    await Promise.all([
      awake!.call.viewBySdk(bySdk),
      awake!.call.viewRaw(raw),
      frozen!.call.viewBySdk(count - bySdk - raw),
    ]);
    return measure(subjects, SETTLE_MS);
  });
  await awake!.call.stopReading();
  await frozen!.call.expectToFreeze();
  process.kill(frozen!.pid, 'SIGSTOP');
  const during = await step('they stop reading', () => measure(subjects, ms));
  process.kill(frozen!.pid, 'SIGCONT');
  const skipped = await step('they read again', async () =>
    (await Promise.all([awake!.call.wake(), frozen!.call.wake()])).flat(),
  );
  await Promise.all([awake!.call.leave(), frozen!.call.leave()]);
  const after = await step('they left', () => measure(subjects, beforeMs));
  return { idle, before, together, during, after, skipped };
}
