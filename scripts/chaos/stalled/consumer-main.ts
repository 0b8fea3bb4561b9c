/** Consumer process of the stalled run. It reads, types, or stops reading, as its parent process demands. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ChannelSocket, createUniCore, type UniCore } from '@unicore/client/sdk';
import { WebSocket } from 'ws';
import { serve } from '../../testing/processes/child.ts';
import { Viewer } from './viewer.ts';

/**
 * Pause between keystrokes, ms. The pause is shorter than that of a person, so that a few seconds are enough
 * to measure a p99.
 */
const KEY_PAUSE_MS = 4;
/**
 * The shell prints this text just before the echoing program starts. The typed command line is written
 * differently, so the terminal's echo of the command line does not match.
 */
const READY = 'echo is on';
/**
 * Bytes that a viewer reads before it may stop reading. After this many bytes its flow-control windows have
 * grown to their full size.
 */
const READ_BYTES = 4 * 1024 * 1024;
/** When a stalled viewer reads again, it must be told that it missed at least this many bytes. */
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

  /** Types for `ms` milliseconds. Resolves with the time from each key to its echo, ms. */
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
   * Adds viewers of the reader's terminal through the SDK. Resolves when each viewer has read READ_BYTES. The
   * viewers continue to read.
   */
  async viewBySdk(count: number): Promise<void> {
    const mine = Array.from({ length: count }, () => Viewer.bySdk(unicore.openTerminal(vmId)));
    viewers.push(...mine);
    await Promise.all(mine.map((viewer) => viewer.hasRead(READ_BYTES)));
  },

  /** Adds viewers of the reader's terminal over raw WebSockets. */
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
   * Called before this process is frozen. Each viewer notes how many skipped bytes were reported to it so
   * far, so that later reports can be told apart.
   */
  expectToFreeze(): void {
    for (const viewer of viewers) viewer.expect();
  },

  /** Lets all viewers read again. Resolves with the number of bytes that each viewer is told it missed. */
  wake: (): Promise<number[]> => Promise.all(viewers.map((viewer) => viewer.goOn(MISSED_BYTES))),

  leave(): void {
    for (const viewer of viewers) viewer.close();
  },
};
export type ConsumerCalls = typeof calls;

serve(calls);
