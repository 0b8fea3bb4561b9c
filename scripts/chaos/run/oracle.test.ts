import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Oracle } from './oracle.ts';

const LENGTH = 20_000;
const oracle = new Oracle('down', 5);
const stream = Buffer.from(oracle.bytes(0, LENGTH));

test('the stream is the same however it is cut, and is judged right', () => {
  for (const at of [0, 1, 31, 32, 4_095, 4_096, 9_999]) {
    expect(oracle.bytes(at, 5_000).equals(stream.subarray(at, at + 5_000))).toBe(true);
    expect(oracle.judge(at, stream.subarray(at, at + 5_000))).toBeUndefined();
  }
});

test.each([
  ['lost', 'is lost, 100 are missing', stream.subarray(1_100)],
  ['duplicated', 'came before', stream.subarray(900)],
  ['of another channel', 'belongs to another', Buffer.from(new Oracle('down', 6).bytes(1_000, 500))],
  ['of the other way', 'belongs to another', Buffer.from(new Oracle('up', 5).bytes(1_000, 500))],
  ['of no stream', 'is none', Buffer.alloc(500, 'x')],
])('bytes that are %s are recognised', (_, verdict, bytes) => {
  expect(oracle.judge(1_000, bytes)).toContain(verdict);
});

test('records that changed places are out of order', () => {
  const [one, two] = [stream.subarray(1_600, 1_664), stream.subarray(1_664, 1_728)];
  expect(oracle.judge(1_600, Buffer.concat([two, one]))).toContain('64 are missing');
  expect(oracle.judge(1_664, one)).toContain('out of order');
});

test('the program in the terminal makes the same stream, and judges ours', () => {
  const peer = join(import.meta.dirname, 'peer.pl');
  const input = Buffer.concat([new Oracle('up', 5).bytes(0, 3_000), Buffer.of(4)]);
  expect(execFileSync('perl', [peer, '5', '1000'], { input }).toString('latin1')).toBe('\x02\x04ok 3000 0\n');
  input[2_000] = 0x21;
  expect(execFileSync('perl', [peer, '5', '1000'], { input }).toString('latin1')).toContain('up byte 2000');
});
