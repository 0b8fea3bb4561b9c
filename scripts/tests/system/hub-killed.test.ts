/**
 * Kills the hub while a million lines pass through a terminal. No line may be lost, repeated or out of order.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { million } from '../../testing/million.ts';
import { Started, stopAgent } from '../../testing/started.ts';
import { runningVm, shell } from '../../testing/vms.ts';

const data = mkdtempSync(join(tmpdir(), 'unicore-killed-'));
let started: Started;

beforeAll(async () => {
  started = await Started.start(data);
});

afterAll(async () => {
  await started.stop();
  await stopAgent(data);
  rmSync(data, { recursive: true, force: true });
});

test('`seq 1 1000000` arrives whole and in order while the hub is killed three times', async () => {
  const unicore = started.sdk();
  const vmId = await runningVm(unicore);
  (await shell(unicore, vmId)).close();
  const expected = million();
  const chunks: Buffer[] = [];
  let size = 0;
  const kills = [0.2, 0.5, 0.8].map((share) => share * expected.length);
  const pids: number[] = [];
  const finished = Promise.withResolvers<void>();

  const terminal = unicore.openTerminal(vmId);
  terminal.onclose = ({ code, reason }) => finished.reject(new Error(`closed: ${code} ${reason}`));
  // At each kill the output stops until the consumer gives credit, so each hub dies in the middle of the
  // flood.
  terminal.manualConsume = true;
  let turn = Promise.resolve();
  const killAt = async (reached: number) => {
    if (kills[0] === undefined || reached < kills[0]) return;
    kills.shift();
    const { hub } = await started.pids();
    pids.push(hub);
    process.kill(hub, 'SIGKILL');
  };
  terminal.onmessage = ({ data: message }) => {
    const chunk = Buffer.from(message as ArrayBuffer);
    chunks.push(chunk);
    size += chunk.length;
    const reached = size;
    if (chunks.slice(-2).map(String).join('').includes('all out')) finished.resolve();
    turn = turn.then(() => killAt(reached)).then(() => terminal.consumed(chunk.length));
    turn.catch(finished.reject);
  };
  terminal.onopen = () => terminal.send("seq 1 1000000; echo all' 'out\r");
  await finished.promise;

  const output = Buffer.concat(chunks);
  const start = output.indexOf(expected.subarray(0, 32));
  expect(start).toBeGreaterThan(0);
  expect(output.subarray(start, start + expected.length).equals(expected)).toBe(true);
  expect(new Set(pids).size).toBe(3);
  unicore.close();
});
