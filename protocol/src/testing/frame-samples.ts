/** One frame of each type with values that are easy to recognise, for tests and for the examples in PROTOCOL.md. */
import {
  ChannelKind,
  ERRORS,
  type Frame,
  type FrameOf,
  FrameType,
  MIN_VERSION,
  packMeta,
  VERSION,
} from '../wire/index.ts';

const EPOCH = Uint8Array.from({ length: 16 }, (_, i) => i);
const TYPED = new TextEncoder().encode('ls\r');
/** The result of deflateRaw for 'ls\r' at level 1. */
const DEFLATED = Uint8Array.of(0xcb, 0x29, 0xe6, 0x05, 0x00);

export const SAMPLES: { readonly [T in Frame['type']]: FrameOf<T> } = {
  [FrameType.HELLO]: {
    type: FrameType.HELLO,
    version: VERSION,
    minVersion: MIN_VERSION,
    meta: packMeta({ token: 'abc' }),
  },
  [FrameType.WELCOME]: { type: FrameType.WELCOME, version: VERSION, meta: packMeta({}) },
  [FrameType.OPEN]: {
    type: FrameType.OPEN,
    ch: 1,
    epoch: EPOCH,
    attach: 1,
    kind: ChannelKind.terminal,
    recvNext: 0,
    limit: 131072,
    mustExist: false,
    auth: packMeta(undefined),
    meta: packMeta({ vmId: 'v1' }),
  },
  [FrameType.ACCEPT]: {
    type: FrameType.ACCEPT,
    ch: 1,
    attach: 1,
    recvNext: 0,
    limit: 131072,
    meta: packMeta({ viewer: 'w1' }),
  },
  [FrameType.DATA]: { type: FrameType.DATA, ch: 1, off: 4096, bytes: TYPED },
  [FrameType.DATAZ]: {
    type: FrameType.DATAZ,
    ch: 1,
    off: 4096,
    dictLen: 0,
    rawLen: TYPED.length,
    bytes: DEFLATED,
  },
  [FrameType.ACK]: { type: FrameType.ACK, ch: 1, consumed: 4099, limit: 135171 },
  [FrameType.FIN]: {
    type: FrameType.FIN,
    ch: 1,
    finalOff: 4099,
    code: ERRORS.OK.number,
    message: 'exited with status 0',
  },
  [FrameType.RESET]: {
    type: FrameType.RESET,
    ch: 1,
    code: ERRORS.EPOCH_LOST.number,
    message: 'the terminal is gone',
  },
  [FrameType.SYNC]: {
    type: FrameType.SYNC,
    ch: 1,
    attach: 2,
    recvNext: 4099,
    limit: 135171,
    sentEnd: 17,
    reply: true,
  },
  [FrameType.DETACHED]: { type: FrameType.DETACHED, ch: 1, code: ERRORS.LEG_LOST.number },
  [FrameType.PING]: { type: FrameType.PING, id: 7 },
  [FrameType.PONG]: { type: FrameType.PONG, id: 7 },
  [FrameType.GOAWAY]: { type: FrameType.GOAWAY, code: ERRORS.GOING_AWAY.number, afterMs: 3000 },
  [FrameType.BEAT]: { type: FrameType.BEAT, seq: 42, meta: packMeta({ cpu: 0.25 }) },
  [FrameType.BEATACK]: { type: FrameType.BEATACK, seq: 42, meta: packMeta({}) },
};
