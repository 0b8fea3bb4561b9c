/**
 * The accepting end reads the DATAZ frames of honest peers. It ends the channel of a peer that sends invalid
 * DATAZ frames.
 */
import { beforeEach, describe, expect, test } from 'vitest';
import { Leg } from '../leg/index.ts';
import { SimClock } from '../sim/index.ts';
import { DEFLATERS, heardBy, joined, SAMPLES, same, text } from '../testing/index.ts';
import {
  ERRORS,
  type ErrorCode,
  encode,
  type Frame,
  type FrameOf,
  FrameType,
  MAX_DATA,
  MAX_DICTIONARY,
  packMeta,
  WINDOWS,
} from '../wire/index.ts';
import { Acceptor } from './acceptor.ts';
import type { Channel } from './channel.ts';
import { fflateDeflater } from './fflate/index.ts';

const OPEN: FrameOf<typeof FrameType.OPEN> = {
  ...SAMPLES[FrameType.OPEN],
  ch: 2,
  meta: packMeta({ features: ['dataz', 'what nobody knows yet'] }),
};
const NONE = new Uint8Array(0);

/** Makes a DATAZ frame as an honest peer would send it. */
function dataz(off: number, raw: Uint8Array, dictionary: Uint8Array = NONE): FrameOf<typeof FrameType.DATAZ> {
  const bytes = fflateDeflater.deflate(raw, dictionary, 'small')!;
  return { type: FrameType.DATAZ, ch: 2, off, dictLen: dictionary.length, rawLen: raw.length, bytes };
}

describe.each(Object.entries(DEFLATERS))('an accepting end with %s', (_name, deflater) => {
  let said: Frame[];
  let heard: Uint8Array;
  let channels: Channel[];
  let peer: (...frames: Frame[]) => Promise<void>;
  const words = new TextEncoder().encode('said once, and said once, and said once and for all');

  beforeEach(async () => {
    const clock = new SimClock();
    said = [];
    channels = [];
    heard = NONE;
    const acceptor = new Acceptor({
      clock,
      deflater,
      accept(request) {
        const channel: Channel = request.accept(
          {
            data(bytes) {
              heard = joined(heard, bytes);
            },
            closed() {},
          },
          {},
        );
        channels.push(channel);
      },
    });
    const transport = heardBy((frame) => said.push(frame));
    const leg = new Leg({ transport, clock, peer: 'hub', dial: { meta: {} }, handler: { closed() {} } });
    const other = { ...OPEN, ch: 4, epoch: new Uint8Array(16).fill(1) };
    for (const open of [OPEN, other]) acceptor.open(leg, open);
    peer = async (...frames) => {
      for (const frame of frames) {
        const port = leg.portOf(2);
        const bytes = encode(frame);
        port?.receive(frame.type, bytes, 0, bytes.length);
      }
      await clock.advance(0);
    };
  });

  const lost = (code: ErrorCode) => {
    expect(said.at(-1)).toMatchObject({ type: FrameType.RESET, ch: 2, code: ERRORS[code].number });
    expect(channels.map((channel) => channel.isClosed)).toEqual([true, false]);
  };

  test('announces that it reads DATAZ, and reads it', async () => {
    await peer(dataz(0, words), dataz(words.length, words, words));
    expect(said[1]).toMatchObject({ type: FrameType.ACCEPT, meta: packMeta({ features: ['dataz'] }) });
    expect(heard).toEqual(joined(words, words));
  });

  test('takes the new part of a partly old frame, however far back its dictionary lies', async () => {
    const all = text(WINDOWS.terminal, 7);
    const raw = (off: number): Frame => ({
      type: FrameType.DATA,
      ch: 2,
      off,
      bytes: all.subarray(off, off + MAX_DATA),
    });
    const have = MAX_DICTIONARY + 2 * MAX_DATA;
    for (let off = 0; off < have; off += MAX_DATA) await peer(raw(off));
    const off = have - MAX_DATA + 1;
    const frame = dataz(off, all.subarray(off, off + MAX_DATA), all.subarray(off - MAX_DICTIONARY, off));
    const old = dataz(0, all.subarray(0, 5_000));
    await peer(old, frame, frame, old);
    expect(same(heard, all.subarray(0, have + 1))).toBe(true);
    expect(channels[0]!.isClosed).toBe(false);
  });

  test('leaves the attachment at a gap', async () => {
    await peer(dataz(1, words, words.subarray(0, 1)));
    expect(said.at(-1)).toMatchObject({ type: FrameType.DETACHED, ch: 2, code: ERRORS.GAP.number });
  });

  test.each<[string, () => Frame[], ErrorCode]>([
    [
      'a dictionary that begins before the first byte',
      () => [{ ...dataz(0, words), dictLen: 1 }],
      'PROTOCOL_ERROR',
    ],
    [
      'the same in a frame whose bytes are all old',
      () => [dataz(0, words), { ...dataz(1, words.subarray(1, 40)), dictLen: 2 }],
      'PROTOCOL_ERROR',
    ],
    [
      'a wrong dictionary',
      () => [dataz(0, words), { ...dataz(words.length, words, words), dictLen: 3 }],
      'PROTOCOL_ERROR',
    ],
    ['fewer bytes than rawLen', () => [{ ...dataz(0, words), rawLen: words.length + 1 }], 'PROTOCOL_ERROR'],
    ['more bytes than rawLen', () => [{ ...dataz(0, words), rawLen: words.length - 1 }], 'PROTOCOL_ERROR'],
    ['a bomb', () => [{ ...dataz(0, new Uint8Array(2 ** 23)), rawLen: MAX_DATA }], 'PROTOCOL_ERROR'],
    ['no bytes', () => [{ ...dataz(0, words), bytes: NONE }], 'PROTOCOL_ERROR'],
    ['garbage', () => [{ ...dataz(0, words), bytes: new Uint8Array(100).fill(0xff) }], 'PROTOCOL_ERROR'],
    [
      'bytes beyond the limit',
      () => [{ ...dataz(0, words), off: WINDOWS.terminal - words.length + 1 }],
      'FLOW_VIOLATION',
    ],
    [
      'bytes after the end',
      () => [{ type: FrameType.FIN, ch: 2, finalOff: 0, code: 0, message: '' }, dataz(0, words)],
      'FLOW_VIOLATION',
    ],
  ])('ends the channel, and no other, for %s', async (_what, frames, code) => {
    await peer(...frames());
    lost(code);
  });
});
