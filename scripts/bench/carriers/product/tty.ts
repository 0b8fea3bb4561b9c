/** The far end as a program in a terminal of the product. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../../lib/paths.ts';
import { serveFar } from '../../ends/far.ts';

/** Printed when this program has replaced the shell. */
export const READY = 'the far end is here';
/** As much as a PTY takes in one write, bytes. */
const PIECE_BYTES = 4096;

if (import.meta.main) {
  const { stdin, stdout } = process;
  stdin.setRawMode(true);
  // Floods consist of text, which the keeper has to draw.
  const text = readFileSync(join(ROOT, 'PROTOCOL.md'));
  const pieces = Array.from({ length: Math.floor(text.length / PIECE_BYTES) }, (_, index) =>
    text.subarray(index * PIECE_BYTES, (index + 1) * PIECE_BYTES),
  );
  const stream = {
    send: (bytes: Uint8Array) => void stdout.write(bytes),
    // Writes to a PTY are synchronous, so other events get a turn between two pieces.
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
