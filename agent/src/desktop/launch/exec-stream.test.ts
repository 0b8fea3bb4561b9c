/** Tests that the output of a Docker exec is read without the engine's headers, however it is cut into pieces. */
import { duplexPair } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ExecStream } from './exec-stream.ts';

function piece(which: number, bytes: Uint8Array): Buffer {
  const header = Buffer.from([which, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(bytes.length, 4);
  return Buffer.concat([header, bytes]);
}

const Pieces = fc.array(fc.tuple(fc.constantFrom(1, 2), fc.uint8Array({ maxLength: 40 })), { maxLength: 12 });

test('standard output arrives whole and in order, and standard error does not', async () => {
  await fc.assert(
    fc.asyncProperty(Pieces, fc.array(fc.nat(60)), async (pieces, cuts) => {
      const [near, far] = duplexPair();
      const read = buffer(new ExecStream(near));
      let rest = Buffer.concat(pieces.map(([which, bytes]) => piece(which, bytes)));
      for (const cut of cuts) {
        far.write(rest.subarray(0, cut));
        rest = rest.subarray(cut);
      }
      far.end(rest);
      const output = pieces.filter(([which]) => which === 1).map(([, bytes]) => bytes);
      expect(await read).toEqual(Buffer.concat(output));
    }),
    { numRuns: 100 },
  );
});

test('a reader that does not read stops the exec, and loses nothing', async () => {
  const [near, far] = duplexPair();
  const stream = new ExecStream(near);
  const block = piece(1, new Uint8Array(64 * 1024).fill(7));
  let written = 0;
  while (far.write(block)) written++;
  expect(written).toBeLessThan(10);
  const drained = new Promise((done) => far.once('drain', done));
  const read = buffer(stream);
  await drained;
  far.end();
  expect((await read).length).toBe((written + 1) * 64 * 1024);
});

test('what is written goes to the exec, and closing the stream closes the exec', async () => {
  const [near, far] = duplexPair();
  const stream = new ExecStream(near);
  const read = buffer(far);
  stream.write('hello ');
  stream.end('exec');
  expect((await read).toString()).toBe('hello exec');
  stream.destroy();
  expect(near.destroyed).toBe(true);
});
