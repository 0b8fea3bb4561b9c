/**
 * The server-side program of the benchmark. It runs in a terminal instead of a shell, echoes keys and sends
 * bulk output.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../../lib/paths.ts';
import { serveFar } from '../../ends/far.ts';

/** This program prints READY when it has replaced the shell in its terminal. */
export const READY = 'the far end is here';
/** Bytes per write to the terminal. A PTY accepts this many bytes at once. */
const PIECE_BYTES = 4096;

if (import.meta.main) {
  const { stdin, stdout } = process;
  stdin.setRawMode(true);
  // The bulk output is text, so that the keeper (terminal daemon) has a realistic screen to render.
  const text = readFileSync(join(ROOT, 'PROTOCOL.md'));
  const pieces = Array.from({ length: Math.floor(text.length / PIECE_BYTES) }, (_, index) =>
    text.subarray(index * PIECE_BYTES, (index + 1) * PIECE_BYTES),
  );
  const stream = {
    send: (bytes: Uint8Array) => void stdout.write(bytes),
    // Writes to a TTY block this process. The setImmediate() after each write lets the process read commands.
    pour(next: () => Uint8Array | undefined) {
      const piece = next();
      if (piece === undefined) return;
      stdout.write(piece);
      setImmediate(() => stream.pour(next));
    },
    onData: (listener: (bytes: Uint8Array) => void) => void stdin.on('data', listener),
  };
  serveFar(stream, pieces);
  stdout.write(READY);
}
