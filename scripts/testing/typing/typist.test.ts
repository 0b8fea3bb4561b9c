import type { ChannelSocket } from '@unicore/client/sdk';
import { expect, test } from 'vitest';
import { ECHO_COMMAND, Typist } from './typist.ts';

/** A typist at a terminal. The test itself acts as the terminal's other end. */
function desk() {
  const sent: number[] = [];
  const told: string[] = [];
  const socket = {
    send: (data: string | Uint8Array) => void (typeof data !== 'string' && sent.push(...data)),
  } as unknown as ChannelSocket;
  let now = 0;
  const typist = new Typist({
    socket,
    command: ECHO_COMMAND,
    now: () => now,
    ready: () => told.push('ready'),
    echo: (typed, tookMs) => told.push(`echo ${typed} ${tookMs}`),
    done: (keys) => told.push(`done ${keys}`),
    broken: (message) => told.push(message),
  });
  const hear = (...bytes: number[]) => {
    const data = Uint8Array.from(bytes).buffer;
    socket.onmessage?.({ data } as Parameters<NonNullable<ChannelSocket['onmessage']>>[0]);
  };
  hear(0x24, 0x02);
  return { typist, sent, told, hear, pass: (ms: number) => (now += ms) };
}

test('each echo is reported with the time that it took, and the end when all have come', () => {
  const { typist, sent, told, hear, pass } = desk();
  typist.type();
  pass(10);
  typist.type();
  pass(5);
  hear(sent[0]!);
  typist.finish();
  hear(sent[1]!);
  expect(told).toEqual(['ready', 'echo 0 15', 'echo 10 5', 'done 2']);
});

test.each([
  ['lost', (sent: readonly number[]) => [sent[1]!], /^key 0 is echoed as/],
  ['out of order', (sent: readonly number[]) => [sent[0]!, sent[2]!], /^key 1 is echoed as/],
  ['doubled', (sent: readonly number[]) => [sent[0]!, sent[0]!], /^key 1 is echoed as/],
  ['one too many', (sent: readonly number[]) => [...sent, sent[0]!], /^key 3 is echoed, which nobody typed/],
])('a key that is %s is noticed', (_, echoed, complaint) => {
  const { typist, sent, told, hear } = desk();
  for (let i = 0; i < 3; i++) typist.type();
  hear(...echoed(sent));
  expect(told.at(-1)).toMatch(complaint);
});

test('a typist is not done while an echo is missing', () => {
  const { typist, told } = desk();
  typist.type();
  typist.finish();
  expect(told).toEqual(['ready']);
});
