/** The far end of the bench, which echoes and floods, as a program that runs in a terminal instead of a shell. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../../lib/paths.ts';
import { serveFar } from '../../ends/far.ts';

/** Printed when the far end has replaced the shell in its terminal. */
export const READY = 'the far end is here';
/** Bytes per write: as many as a PTY takes at once. */
const PIECE_BYTES = 4096;

if (import.meta.main) {
  const { stdin, stdout } = process;
  stdin.setRawMode(true);
  // Terminals are flooded with text, so that the keeper has a screen to draw.
  const text = readFileSync(join(ROOT, 'PROTOCOL.md'));
  const pieces = Array.from({ length: Math.floor(text.length / PIECE_BYTES) }, (_, index) =>
    text.subarray(index * PIECE_BYTES, (index + 1) * PIECE_BYTES),
  );
  const stream = {
    send: (bytes: Uint8Array) => void stdout.write(bytes),
    // Writes to a TTY are synchronous: a pause after each leaves time to read commands.
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
