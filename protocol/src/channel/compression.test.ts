/**
 * Which bytes are deflated, and with how much effort. Deflate never makes data longer, uses little time on
 * data that does not shrink, and uses less effort under load.
 */
import { beforeEach, describe, expect, test } from 'vitest';
import { SimClock } from '../sim/index.ts';
import { type ChannelKindName, FrameType, MAX_DATA } from '../wire/index.ts';
import { Compression } from './compression.ts';
import type { Deflater, Effort } from './deflater.ts';

/** A deflater that returns as many bytes as the test asks for, and records each call. */
class Fake implements Deflater {
  readonly least = 10;
  ratio = 4;
  efforts: Effort[] = [];

  deflate(raw: Uint8Array, _dictionary: Uint8Array, effort: Effort): Uint8Array | undefined {
    this.efforts.push(effort);
    return this.ratio > 1 ? raw.slice(0, raw.length / this.ratio) : undefined;
  }

  inflate(): Uint8Array {
    throw new Error('nothing comes here');
  }
}

const past = { before: (off: number, length: number) => new Uint8Array(Math.min(off, length)) };
let clock: SimClock;
let deflater: Fake;
let compression: Compression;

beforeEach(() => {
  clock = new SimClock();
  deflater = new Fake();
  compression = new Compression('terminal', clock, deflater);
  compression.heard(['dataz']);
});

const send = (size: number) => compression.frame(1, { off: 0, bytes: new Uint8Array(size) }, past);
const deflated = (size: number) => send(size).type === FrameType.DATAZ;

test('a DATAZ frame carries the dictionary length and raw length', () => {
  const bytes = new Uint8Array(1_000);
  const frame = compression.frame(7, { off: 300, bytes }, past);
  expect(frame).toEqual({
    type: FrameType.DATAZ,
    ch: 7,
    off: 300,
    dictLen: 300,
    rawLen: 1_000,
    bytes: bytes.slice(0, 250),
  });
});

test('nothing is deflated for a peer that does not announce dataz', () => {
  compression.heard([]);
  expect(deflated(1_000)).toBe(false);
  compression.heard(['something newer']);
  expect(deflated(1_000)).toBe(false);
  expect(deflater.efforts).toEqual([]);
});

test('a channel of another kind neither sends DATAZ nor announces that it reads it', () => {
  const kinds: ChannelKindName[] = ['terminal', 'control', 'vnc', 'tcp', 'blob', 'egress', 'cdp', 'desktop'];
  const says = kinds.filter((kind) => new Compression(kind, clock, deflater).features.includes('dataz'));
  expect(says).toEqual(['terminal', 'control', 'cdp', 'desktop']);
});

test('a keystroke does not wait for a deflater', () => {
  expect(deflated(9)).toBe(false);
  expect(deflater.efforts).toEqual([]);
});

test('a frame that would not be shorter on the wire is sent raw', () => {
  deflater.ratio = 2;
  expect([deflated(12), deflated(13)]).toEqual([false, true]);
});

describe('bytes that do not shrink', () => {
  const tries = (frames: number, size: number) => {
    for (let i = 0; i < frames; i++) send(size);
    return deflater.efforts.length;
  };

  test('are tried less and less often, down to one frame in 65', () => {
    deflater.ratio = 1.05;
    // Compression tries to deflate the 1st, 3rd, 6th, 11th, 20th, 37th and 70th frame, and then every 65th
    // frame.
    expect(tries(69, 1_000)).toBe(6);
    expect(tries(1 + 65 * 10, 1_000)).toBe(17);
  });

  test('are forgotten after the first bytes that shrink', () => {
    deflater.ratio = 0;
    tries(70, 1_000);
    deflater.ratio = 2;
    tries(65, 1_000);
    expect(deflated(1_000)).toBe(true);
    deflater.ratio = 0;
    deflater.efforts = [];
    expect(tries(3, 1_000)).toBe(2);
  });

  test('in small frames do not make a flood go raw', () => {
    deflater.ratio = 0;
    tries(500, 20);
    deflater.ratio = 4;
    send(MAX_DATA);
    expect(deflated(MAX_DATA)).toBe(true);
  });
});

describe('a frame carries', () => {
  test('as many raw bytes as will fill it, and never more than a frame may', () => {
    const sizes = (maxData: number) => {
      send(1_000);
      return compression.rawFor(maxData);
    };
    expect(sizes(1_024)).toBe(4_096);
    deflater.ratio = 2;
    expect([sizes(1_024), sizes(MAX_DATA)]).toEqual([2_048, 8_192]);
    deflater.ratio = 10;
    expect(sizes(1_024)).toBe(4_096);
    for (let i = 0; i < 20; i++) sizes(1_024);
    expect(sizes(1_024)).toBeGreaterThan(10_000);
    expect(sizes(MAX_DATA)).toBe(MAX_DATA);
  });

  test('no more raw bytes than its limit, if it is sent raw', () => {
    deflater.ratio = 0;
    send(1_000);
    expect(compression.rawFor(5_000)).toBe(5_000);
    compression.heard([]);
    expect(compression.rawFor(MAX_DATA)).toBe(MAX_DATA);
  });
});

test('a flood gets less effort, and later bytes get the full effort again', async () => {
  for (let sent = 0; sent < 2 ** 23; sent += MAX_DATA) send(MAX_DATA);
  expect(deflater.efforts.slice(0, 256)).toEqual(Array(256).fill('small'));
  expect(deflater.efforts.slice(256)).toEqual(Array(256).fill('fast'));
  await clock.advance(500);
  deflater.efforts = [];
  for (let sent = 0; sent < 2 ** 21; sent += MAX_DATA) send(MAX_DATA);
  expect(deflater.efforts.filter((effort) => effort === 'small')).toHaveLength(64);
});
