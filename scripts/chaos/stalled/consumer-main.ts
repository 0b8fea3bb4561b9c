/**
 * Part of the chaos run in which viewers of a terminal stop reading: a consumer process (a client of the
 * hub). It reads, types, or stops reading, as its parent process demands.
 */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ChannelSocket, createUniCore, type UniCore } from '@unicore/client/sdk';
import { WebSocket } from 'ws';
import { serve } from '../../testing/processes/child.ts';
import { Viewer } from './viewer.ts';

/**
 * Pause between simulated keystrokes, ms. It is shorter than a person's pause, so that a few seconds are
 * enough to measure a p99.
 */
const KEY_PAUSE_MS = 4;
/**
 * The shell prints this text just before it starts the program that echoes keys. In the typed command line,
 * the text is split by a quote. So the terminal's echo of the command line does not match.
 */
const READY = 'echo is on';
/**
 * Bytes that a viewer of the terminal reads before it may stop reading. After this many bytes its
 * flow-control windows have grown to their full size.
 */
const READ_BYTES = 4 * 1024 * 1024;
/**
 * When a viewer that had stopped reading reads again, the hub must report at least this many skipped bytes to
 * it.
 */
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

  /** Opens a second terminal in the VM, and starts a program in it that echoes all input. */
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

  /** Types keys for `ms` milliseconds. Resolves with the time from each key to its echo, ms. */
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

  /**
   * Adds viewers that use the SDK to the terminal with bulk data. Resolves when each viewer has read
   * READ_BYTES. The viewers continue to read.
   */
  async viewBySdk(count: number): Promise<void> {
    const mine = Array.from({ length: count }, () => Viewer.bySdk(unicore.openTerminal(vmId)));
    viewers.push(...mine);
    await Promise.all(mine.map((viewer) => viewer.hasRead(READ_BYTES)));
  },

  /**
   * Adds viewers that use raw WebSockets to the terminal with bulk data. Resolves when each viewer has read
   * READ_BYTES.
   */
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

  /**
   * The parent process calls this before it freezes this process. Each viewer notes how many skipped bytes
   * the hub has reported to it so far. So the bytes that are skipped later can be counted separately.
   */
  expectToFreeze(): void {
    for (const viewer of viewers) viewer.expect();
  },

  /**
   * Lets all viewers read again. Resolves with one number per viewer: the number of bytes that the hub
   * reports as skipped.
   */
  wake: (): Promise<number[]> => Promise.all(viewers.map((viewer) => viewer.goOn(MISSED_BYTES))),

  leave(): void {
    for (const viewer of viewers) viewer.close();
  },
};
export type ConsumerCalls = typeof calls;

serve(calls);
