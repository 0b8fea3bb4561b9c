/** A consumer process of the stalled run. On its parent's request it reads, types, or stops reading. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ChannelSocket, createUniCore, type UniCore } from '@unicore/client/sdk';
import { WebSocket } from 'ws';
import { serve } from '../../testing/processes/child.ts';
import { Viewer } from './viewer.ts';

/** Pause between two keystrokes, ms. A few seconds then give enough of them for a p99. */
const KEY_PAUSE_MS = 4;
/**
 * What the typist's program prints when it runs. The typed command spells it differently, so its own echo does not
 * match.
 */
const READY = 'echo is on';
/** How much a viewer reads before it may stop, bytes: by then its windows have reached their full size. */
const READ_BYTES = 4 * 1024 * 1024;
/** Bytes that a viewer must be told to have missed before it counts as awake. */
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

  /** Opens another terminal of the same VM, and starts a program in it that echoes keys. */
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

  /** The latency of each key's echo, ms. */
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

  /** Opens viewers of the reader's terminal. Resolves when each has read READ_BYTES; they continue to read. */
  async viewBySdk(count: number): Promise<void> {
    const mine = Array.from({ length: count }, () => Viewer.bySdk(unicore.openTerminal(vmId)));
    viewers.push(...mine);
    await Promise.all(mine.map((viewer) => viewer.hasRead(READ_BYTES)));
  },

  /** Opens viewers over raw WebSockets, otherwise like viewBySdk(). */
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

  /** Prepares for SIGSTOP, which stops all viewers of this process. */
  expectToFreeze(): void {
    for (const viewer of viewers) viewer.expect();
  },

  /** Lets all viewers read again. Resolves with the bytes that each was told to have missed. */
  wake: (): Promise<number[]> => Promise.all(viewers.map((viewer) => viewer.goOn(MISSED_BYTES))),

  leave(): void {
    for (const viewer of viewers) viewer.close();
  },
};
export type ConsumerCalls = typeof calls;

serve(calls);
