/**
 * The client-side end of streams, in place of a person at a web page. It counts received bulk data, and
 * measures keystroke times.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { serve } from '../../testing/processes/child.ts';
import { FLOOD, FLOOD_END, PACED, STOP } from './far.ts';
import type { Stream } from './stream.ts';

/** Warm-up of a flood (bulk data) before its bytes count, ms. During the warm-up, windows and buffers fill. */
const RAMP_MS = 300;
/** Pause between two keystrokes, ms. After this pause the connection is idle again. */
const KEY_PAUSE_MS = 1;
/** The byte of a keystroke. It must not be one of the server-side end's command bytes. */
const KEY = Buffer.from('k');

export interface Flooded {
  /** Throughput during the measured time, without the warm-up. */
  bytesPerSecond: number;
  /** Bytes of all floods (bulk data), warm-up included. CPU time per byte is computed from this number. */
  bytes: number;
}

export interface Typed extends Flooded {
  /** Round-trip times of the keystrokes, ms. */
  rtts: number[];
}

export type NearCalls = {
  /** Resolves when all streams are open. */
  ready(): void;
  /** Asks for floods (bulk data) on the streams 1 to n, and measures their throughput. */
  flood(streams: number, seconds: number): Promise<Flooded>;
  /**
   * Types on stream 0 while the streams 1 to n carry bulk data (floods). Bulk data is sent as fast as possible,
   * or at bytesPerSecond in total.
   */
  type(floods: number, seconds: number, bytesPerSecond?: number): Promise<Typed>;
};

/**
 * Answers the parent's measurement calls with these open streams. The first stream is for typing, and the
 * others are for bulk data.
 */
export function serveNear(streams: readonly Stream[]): void {
  const typing = new Keys(streams[0]!);
  const floods = streams.slice(1).map((stream) => new Flood(stream));
  const measure = async (count: number, seconds: number, meanwhile: () => Promise<void>, pace?: number) => {
    const mine = floods.slice(0, count);
    const total = () => mine.reduce((sum, flood) => sum + flood.bytes, 0);
    const before = total();
    for (const flood of mine) flood.start(pace === undefined ? undefined : pace / count);
    if (count > 0) await sleep(RAMP_MS);
    const from = { at: performance.now(), bytes: total() };
    await Promise.all([meanwhile(), sleep(seconds * 1000)]);
    const bytesPerSecond = ((total() - from.bytes) * 1000) / (performance.now() - from.at);
    await Promise.all(mine.map((flood) => flood.stop()));
    return { bytesPerSecond, bytes: total() - before };
  };
  const calls: NearCalls = {
    ready() {},
    flood: (count, seconds) => measure(count, seconds, async () => {}),
    async type(count, seconds, pace) {
      const rtts: number[] = [];
      const flooded = await measure(count, seconds, () => typing.type(seconds, rtts), pace);
      return { ...flooded, rtts };
    },
  };
  serve(calls);
}

class Flood {
  readonly #stream: Stream;
  #tail: Buffer | undefined;
  #over: () => void = () => {};
  bytes = 0;

  constructor(stream: Stream) {
    this.#stream = stream;
    stream.onData((bytes) => {
      this.bytes += bytes.length;
      if (this.#tail !== undefined) this.#lookForEnd(bytes);
    });
  }

  start(bytesPerSecond?: number): void {
    const command = Buffer.of(FLOOD, 0, 0, 0, 0);
    if (bytesPerSecond === undefined) return this.#stream.send(command.subarray(0, 1));
    command[0] = PACED;
    command.writeUInt32BE(Math.round(bytesPerSecond), 1);
    this.#stream.send(command);
  }

  /** Stops the flood (bulk data). Resolves when the last byte of the flood has arrived. */
  stop(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#tail = Buffer.alloc(0);
    this.#over = resolve;
    this.#stream.send(Uint8Array.of(STOP));
    return promise;
  }

  #lookForEnd(bytes: Uint8Array): void {
    const seen = Buffer.concat([this.#tail!, bytes.subarray(-FLOOD_END.length)]);
    this.#tail = seen.subarray(-FLOOD_END.length);
    if (!this.#tail.equals(FLOOD_END)) return;
    this.#tail = undefined;
    this.#over();
  }
}

class Keys {
  readonly #stream: Stream;
  #echoed: () => void = () => {};

  constructor(stream: Stream) {
    this.#stream = stream;
    stream.onData(() => this.#echoed());
  }

  async type(seconds: number, rtts: number[]): Promise<void> {
    const end = performance.now() + seconds * 1000;
    while (performance.now() < end) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const start = performance.now();
      // The time of the echo is read in the callback that receives the echo. After `await`, other code could
      // have run first and made the round-trip time longer.
      this.#echoed = () => {
        rtts.push(performance.now() - start);
        resolve();
      };
      this.#stream.send(KEY);
      await promise;
      await sleep(KEY_PAUSE_MS);
    }
  }
}
