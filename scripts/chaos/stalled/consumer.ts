/** A consumer of the stalled run, in a process of its own: reads, types, or reads nothing, as its parent says. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ChannelSocket, createUniCore, type UniCore } from '@unicore/client/sdk';
import { WebSocket } from 'ws';
import { serve } from '../../bench/lib/child.ts';

/** Between two keystrokes, ms: faster than anybody types, so that some seconds have enough of them for a p99. */
const KEY_PAUSE_MS = 4;
/** What the shell says once the typist's program runs; not how the command spells it. */
const READY = 'echo is on';
/** What a viewer has read before it may stop to: its windows have grown as far as they do. */
const READ_BYTES = 4 * 1024 * 1024;
/** Less than this a viewer may have missed before it stopped, and hears of it when it reads what was on the way. */
const MISSED_BYTES = 1024 * 1024;
/** What a viewer is told that has missed something. */
const SKIPPED = /\]7717;\{"skipped":(\d+)\}/g;

process.title = 'unicore-stalled-consumer';

let unicore: UniCore;
let vmId: string;
let received = 0;
let reader: ChannelSocket;
let typist: ChannelSocket;
let heard: () => void = () => undefined;
const sleepers: (ChannelSocket | WebSocket)[] = [];

const calls = {
  signIn(url: string, token: string, vm: string): void {
    unicore = createUniCore({ url, getToken: () => token });
    vmId = vm;
  },

  async read(): Promise<void> {
    reader = unicore.openTerminal(vmId);
    reader.onmessage = ({ data }) => {
      received += (data as ArrayBuffer).byteLength;
    };
    await once(reader, 'open');
  },

  send(text: string): void {
    reader.send(text);
  },

  received: (): number => received,

  /** Another terminal of the same VM, with a program that says what it hears. */
  async prepareTyping(): Promise<void> {
    typist = unicore.openTerminal(vmId, { terminalId: 'typist' });
    const ready = Promise.withResolvers<void>();
    let text = '';
    typist.onmessage = ({ data }) => {
      text = (text + Buffer.from(data as ArrayBuffer).toString('latin1')).slice(-1000);
      if (text.includes(READY)) ready.resolve();
    };
    await once(typist, 'open');
    typist.send("stty raw -echo; echo echo' is on'; exec cat\r");
    await ready.promise;
    typist.onmessage = () => heard();
  },

  /** From each key to its echo, ms. */
  async type(ms: number): Promise<number[]> {
    const latencies: number[] = [];
    for (const until = performance.now() + ms; performance.now() < until; ) {
      const echo = new Promise<void>((resolve) => {
        heard = resolve;
      });
      const began = performance.now();
      typist.send('x');
      await echo;
      latencies.push(performance.now() - began);
      await sleep(KEY_PAUSE_MS);
    }
    return latencies;
  },

  /** So many viewers of the reader's terminal; resolves when each of them has read some of it. They read on. */
  async viewBySdk(count: number): Promise<void> {
    const reads = Array.from({ length: count }, async () => {
      const socket = unicore.openTerminal(vmId);
      sleepers.push(socket);
      await readSome((heard) => {
        socket.onmessage = ({ data }) => heard((data as ArrayBuffer).byteLength);
      });
    });
    await Promise.all(reads);
  },

  /** The same with raw sockets. */
  async viewRaw(count: number): Promise<void> {
    const reads = Array.from({ length: count }, async () => {
      const { url } = await unicore.api.vm.connect.mutate({ vmId, terminalId: 'main' });
      const socket = new WebSocket(url, { perMessageDeflate: false });
      sleepers.push(socket);
      await readSome((heard) => socket.on('message', (data: Buffer) => heard(data.length)));
    });
    await Promise.all(reads);
  },

  /** From here on they use nothing of what they get, or get nothing more. */
  stopReading(): void {
    for (const socket of sleepers) {
      if (socket instanceof WebSocket) socket.pause();
      else socket.manualConsume = true;
    }
  },

  /** All of them read again. How much each of them is told to have missed. */
  wake: (): Promise<number[]> => Promise.all(sleepers.map(skippedOf)),

  leave(): void {
    for (const socket of sleepers) socket.close();
  },
};
export type ConsumerCalls = typeof calls;

function readSome(listen: (heard: (bytes: number) => void) => void): Promise<void> {
  let bytes = 0;
  return new Promise((resolve) => {
    listen((more) => {
      bytes += more;
      if (bytes >= READ_BYTES) resolve();
    });
  });
}

function skippedOf(socket: ChannelSocket | WebSocket): Promise<number> {
  const told = Promise.withResolvers<number>();
  let text = '';
  const look = (bytes: Uint8Array) => {
    text = (text + Buffer.from(bytes).toString('latin1')).slice(-32_000);
    for (const [, bytes] of text.matchAll(SKIPPED))
      if (Number(bytes) >= MISSED_BYTES) told.resolve(Number(bytes));
  };
  if (socket instanceof WebSocket) {
    socket.on('message', look);
    socket.on('close', (code, reason) => told.reject(new Error(`closed: ${code} ${reason}`)));
    socket.resume();
  } else {
    socket.onclose = ({ code, reason }) => told.reject(new Error(`closed: ${code} ${reason}`));
    socket.onmessage = ({ data }) => look(new Uint8Array(data as ArrayBuffer));
    // What came before is lost on it; from here on it reads.
    socket.consumed(Number.MAX_SAFE_INTEGER);
    socket.manualConsume = false;
  }
  return told.promise;
}

serve(calls);
