/** Bytes, keys and credit between xterm and a channel. */
import { Terminal } from '@xterm/xterm';
import { expect, test } from 'vitest';
import type { ChannelSocket } from '../../sdk/index.ts';
import { attach } from './attach.ts';

/** The part of a ChannelSocket that attach() and AttachAddon use. */
class FakeSocket extends EventTarget {
  binaryType = 'blob';
  readyState = 0;
  manualConsume = false;
  readonly sent: string[] = [];
  readonly credit: { bytes: number; shown: string }[] = [];
  terminal: Terminal | undefined;

  send(data: string): void {
    this.sent.push(data);
  }
  consumed(bytes: number): void {
    this.credit.push({
      bytes,
      shown: this.terminal?.buffer.active.getLine(0)?.translateToString(true) ?? '',
    });
  }
  open(): void {
    this.readyState = 1;
    this.dispatchEvent(new Event('open'));
  }
  message(text: string): void {
    const data = new TextEncoder().encode(text).buffer;
    this.dispatchEvent(new MessageEvent('message', { data }));
  }
  close(): void {
    this.readyState = 3;
    this.dispatchEvent(new Event('close'));
  }
}

function attached() {
  const terminal = new Terminal({ allowProposedApi: true });
  const socket = new FakeSocket();
  socket.terminal = terminal;
  attach(terminal, socket as unknown as ChannelSocket);
  const parsed = () => new Promise<void>((done) => terminal.write('', done));
  return { terminal, socket, parsed };
}

test('credit is returned for exactly the bytes of each message, once xterm has parsed them', async () => {
  const { socket, parsed } = attached();
  socket.open();
  socket.message('né');
  socket.message('w');
  expect(socket.credit).toEqual([]);
  await parsed();
  expect(socket.credit.map(({ bytes }) => bytes)).toEqual([3, 1]);
  expect(socket.credit[0]?.shown).toContain('né');
});

test('keys are sent while the socket is open, and are ignored before and after', () => {
  const { terminal, socket } = attached();
  const type = (text: string) => !terminal.options.disableStdin && terminal.input(text);
  type('early');
  socket.open();
  type('ls\r');
  socket.close();
  type('late');
  expect(socket.sent).toEqual(['ls\r']);
});

test('a second socket replaces one that has ended', async () => {
  const { terminal, socket, parsed } = attached();
  socket.open();
  socket.close();
  const next = new FakeSocket();
  attach(terminal, next as unknown as ChannelSocket);
  next.open();
  next.message('again');
  terminal.input('x');
  await parsed();
  expect(next.sent).toEqual(['x']);
  expect(socket.sent).toEqual([]);
  expect(terminal.buffer.active.getLine(0)?.translateToString(true)).toBe('again');
});
