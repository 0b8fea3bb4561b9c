/** A recording of a program's terminal output. It contains the bytes and the time of each read from the PTY. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';

/**
 * Longest pause when recorded terminal output is sent again, ms. Longer pauses would not change the result,
 * because UniCore delays bytes by 50 ms at most.
 */
const LONGEST_GAP_MS = 200;

export interface Read {
  /** Time from the first read of the PTY until this read, ms. */
  readonly at: number;
  readonly bytes: Uint8Array;
}

export type Recording = readonly Read[];

export function sizeOf(recording: Recording): number {
  return recording.reduce((sum, { bytes }) => sum + bytes.length, 0);
}

export function digestOf(recording: Recording): string {
  const hash = createHash('sha256');
  for (const { bytes } of recording) hash.update(bytes);
  return hash.digest('hex');
}

export function save(file: string, recording: Recording): void {
  const lines = recording.map(({ at, bytes }) => [at, Buffer.from(bytes).toString('base64')]);
  writeFileSync(file, JSON.stringify(lines));
}

export function load(file: string): Recording {
  const lines = JSON.parse(readFileSync(file, 'utf8')) as [number, string][];
  return lines.map(([at, text]) => ({ at, bytes: Buffer.from(text, 'base64') }));
}

/**
 * Sends recorded terminal output again, with the recorded pauses. Long pauses are shortened. One turn of the
 * event loop sends at most one of the recorded PTY reads.
 */
export async function replay(recording: Recording, send: (bytes: Uint8Array) => void): Promise<void> {
  let due = performance.now();
  let last = 0;
  for (const { at, bytes } of recording) {
    due += Math.min(at - last, LONGEST_GAP_MS);
    last = at;
    const wait = due - performance.now();
    await (wait >= 1 ? sleep(wait) : setImmediate());
    send(bytes);
  }
}
