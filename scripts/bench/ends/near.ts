/**
 * The client-side end of benchmark streams, in place of a person at a web page. It counts received bulk data,
 * and measures how long the echo of a key takes.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { serve } from '../../testing/processes/child.ts';
import { FLOOD, FLOOD_END, PACED, STOP } from './far.ts';
import type { Stream } from './stream.ts';

/**
 * Warm-up time of a bulk transfer (flood), ms. Throughput is measured only after this time, when receive
 * windows and buffers are full.
 */
const RAMP_MS = 300;
/** Pause between the echo of a key and the next key, ms. After this pause the connection is idle again. */
const KEY_PAUSE_MS = 1;
/** The key that is typed. This byte must not be one of the command bytes of the server-side end. */
const KEY = Buffer.from('k');

export interface Flooded {
  /** Throughput of all bulk transfers together, in bytes per second, without their warm-up time. */
  bytesPerSecond: number;
  /**
   * Bytes of all bulk transfers (floods), including their warm-up time. CPU time per byte is computed from
   * this number.
   */
  bytes: number;
}

export interface Typed extends Flooded {
  /** For each key: the time from sending the key until its echo arrived, ms. */
  rtts: number[];
}

export type NearCalls = {
  /** Resolves when all streams are open. */
  ready(): void;
  /** Starts bulk transfers (floods) on this number of streams, and measures their throughput. */
  flood(streams: number, seconds: number): Promise<Flooded>;
  /**
   * Types keys on the first stream and measures their echo times. Meanwhile, `floods` other streams carry
   * bulk data. bytesPerSecond is the rate of all bulk data together. Default: as fast as possible.
   */
  type(floods: number, seconds: number, bytesPerSecond?: number): Promise<Typed>;
};

/**
 * Measures on these open streams when the parent process asks for it. Keys are typed on the first stream, and
 * the others carry bulk data.
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

  /** Stops this bulk transfer (flood). Resolves when its last byte has arrived. */
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
      // The callback that receives the echo also reads the clock. After `await`, other code could run before
      // the clock is read. Then the measured round-trip time would be too long.
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
