/** Records a program's output through the same PTY code that the product uses. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ProcessPty } from '@unicore/agent/pty/process';
import type { Program } from './programs.ts';
import type { Read, Recording } from './recording.ts';

/**
 * Maximum size of a recording of terminal output, bytes. At this size the recording ends, and the recorded
 * program is killed.
 */
const ENOUGH_BYTES = 1024 * 1024;
/**
 * Pause between the start of a program and the first typed key, ms. Meanwhile the program draws its first
 * screen.
 */
const START_MS = 500;

export async function record({ command, keys }: Program, home: string): Promise<Recording> {
  const pty = new ProcessPty({ home, command, cols: 120, rows: 40 });
  const reads: Read[] = [];
  let size = 0;
  let start: number | undefined;
  pty.onData((bytes) => {
    if (size >= ENOUGH_BYTES) return;
    start ??= performance.now();
    reads.push({ at: performance.now() - start, bytes: bytes.slice() });
    size += bytes.length;
    if (size >= ENOUGH_BYTES) pty.kill();
  });
  if (keys !== undefined) {
    await sleep(START_MS);
    for (const key of keys.text) {
      pty.write(Buffer.from(key), () => {});
      await sleep(keys.everyMs);
    }
  }
  await pty.exited;
  return reads;
}
