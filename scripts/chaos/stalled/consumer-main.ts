/** A consumer of the stalled run, in a process of its own: reads, types, or reads nothing, as its parent says. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ChannelSocket, createUniCore, type UniCore } from '@unicore/client/sdk';
import { WebSocket } from 'ws';
import { serve } from '../../testing/processes/child.ts';
import { Viewer } from './viewer.ts';

/** Between two keystrokes, ms: faster than anybody types, so that some seconds have enough of them for a p99. */
const KEY_PAUSE_MS = 4;
/** What the shell says once the typist's program runs; not how the command spells it. */
const READY = 'echo is on';
/** What a viewer has read before it may stop to: its windows have grown as far as they do. */
const READ_BYTES = 4 * 1024 * 1024;
/** What it is told at least to have missed when it reads again, in one piece or several. */
const MISSED_BYTES = 1024 * 1024;

process.title = 'unicore-stalled-consumer';

let unicore: UniCore;
let vmId: string;
let received = 0;
let reader: ChannelSocket;
let typist: ChannelSocket;
let heard: () => void = () => undefined;
const viewers: Viewer[] = [];

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
    const mine = Array.from({ length: count }, () => Viewer.bySdk(unicore.openTerminal(vmId)));
    viewers.push(...mine);
    await Promise.all(mine.map((viewer) => viewer.hasRead(READ_BYTES)));
  },

  /** The same with raw sockets. */
  async viewRaw(count: number): Promise<void> {
    const reads = Array.from({ length: count }, async () => {
      const { url } = await unicore.api.vm.connect.mutate({ vmId, terminalId: 'main' });
      const viewer = Viewer.raw(new WebSocket(url, { perMessageDeflate: false }));
      viewers.push(viewer);
      await viewer.hasRead(READ_BYTES);
    });
    await Promise.all(reads);
  },

  stopReading(): void {
    for (const viewer of viewers) viewer.stop();
  },

  /** This process is going to be frozen. */
  expectToFreeze(): void {
    for (const viewer of viewers) viewer.expect();
  },

  /** All of them read again. How much each of them is told to have missed. */
  wake: (): Promise<number[]> => Promise.all(viewers.map((viewer) => viewer.goOn(MISSED_BYTES))),

  leave(): void {
    for (const viewer of viewers) viewer.close();
  },
};
export type ConsumerCalls = typeof calls;

serve(calls);
