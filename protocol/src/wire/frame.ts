/** Every frame of the protocol: types, fields, units. codec.ts turns them into bytes; PROTOCOL.md explains them. */

/** The protocol version that this code speaks, and the oldest that it still understands. */
export const VERSION = 1;
export const MIN_VERSION = 1;

/** A WebSocket message is one or more frames, and at most this many bytes. */
export const MAX_MESSAGE = 64 * 1024;
/** Most raw bytes in one DATA frame. Small enough that a keystroke never waits long behind one. */
export const MAX_DATA = 16 * 1024;
/** Most raw bytes before a DATAZ frame that it may refer to: as far back as deflate can reach. */
export const MAX_DICTIONARY = 32 * 1024;
/** Most bytes of packed metadata in one frame, and of its packed `auth`. */
export const MAX_META = 8 * 1024;
/** Most UTF-8 bytes of the message for people in RESET and FIN. */
export const MAX_TEXT = 512;
export const EPOCH_BYTES = 16;

/** Frame types: the first element of every frame; a positive fixint on the wire. */
export const FrameType = {
  HELLO: 0,
  WELCOME: 1,
  OPEN: 2,
  ACCEPT: 3,
  DATA: 4,
  DATAZ: 5,
  ACK: 6,
  FIN: 7,
  RESET: 8,
  SYNC: 9,
  DETACHED: 10,
  PING: 11,
  PONG: 12,
  GOAWAY: 13,
  BEAT: 14,
  BEATACK: 15,
} as const;

/** Channel kinds: what a channel carries; a positive fixint on the wire. */
export const ChannelKind = {
  terminal: 0,
  vnc: 1,
  tcp: 2,
  blob: 3,
  egress: 4,
  control: 5,
} as const;
export type ChannelKindName = keyof typeof ChannelKind;

/** Initial receive windows in bytes: what a sender may have in flight, so also the most that its replay buffer holds. */
export const WINDOWS: Record<ChannelKindName, number> = {
  terminal: 128 * 1024,
  vnc: 512 * 1024,
  tcp: 256 * 1024,
  blob: 256 * 1024,
  egress: 256 * 1024,
  control: 256 * 1024,
};
/**
 * Receive windows may grow to this where the window itself slows the stream down. 128 KiB allow 1.6 MB/s at a round trip
 * of 80 ms, 512 KiB four times that. Windows of the other kinds do not grow.
 */
export const MOST_WINDOWS: Record<ChannelKindName, number> = {
  ...WINDOWS,
  terminal: 512 * 1024,
  tcp: 4 * 1024 * 1024,
};

/**
 * Fields that several frames share:
 * - ch: channel number on this leg, u32, 1 or more; each leg has its own numbers, and hubs patch them
 * - off, consumed, limit, recvNext, sentEnd, finalOff: absolute byte offsets in one direction, u64 up to 2^53 - 1
 * - attach: rises with each attachment of a channel, u32
 * - code: number of an error in errors.ts, u16
 * - meta, auth: a packed msgpack map inside one bin; hubs read those of HELLO, WELCOME, OPEN and BEAT only
 */
export type Frame =
  | { type: typeof FrameType.HELLO; version: number; minVersion: number; meta: Uint8Array }
  | { type: typeof FrameType.WELCOME; version: number; meta: Uint8Array }
  | {
      type: typeof FrameType.OPEN;
      ch: number;
      epoch: Uint8Array;
      attach: number;
      kind: number;
      recvNext: number;
      limit: number;
      mustExist: boolean;
      auth: Uint8Array;
      meta: Uint8Array;
    }
  | {
      type: typeof FrameType.ACCEPT;
      ch: number;
      attach: number;
      recvNext: number;
      limit: number;
      meta: Uint8Array;
    }
  | { type: typeof FrameType.DATA; ch: number; off: number; bytes: Uint8Array }
  | {
      type: typeof FrameType.DATAZ;
      ch: number;
      off: number;
      dictLen: number;
      rawLen: number;
      bytes: Uint8Array;
    }
  | { type: typeof FrameType.ACK; ch: number; consumed: number; limit: number }
  | { type: typeof FrameType.FIN; ch: number; finalOff: number; code: number; message: string }
  | { type: typeof FrameType.RESET; ch: number; code: number; message: string }
  | {
      type: typeof FrameType.SYNC;
      ch: number;
      attach: number;
      recvNext: number;
      limit: number;
      sentEnd: number;
      reply: boolean;
    }
  | { type: typeof FrameType.DETACHED; ch: number; code: number }
  | { type: typeof FrameType.PING; id: number }
  | { type: typeof FrameType.PONG; id: number }
  | { type: typeof FrameType.GOAWAY; code: number; afterMs: number }
  | { type: typeof FrameType.BEAT; seq: number; meta: Uint8Array }
  | { type: typeof FrameType.BEATACK; seq: number; meta: Uint8Array };

export type FrameOf<T extends Frame['type']> = Extract<Frame, { type: T }>;
/** Frames that belong to a channel. All of them have `ch` at the same place on the wire. */
export type ChannelFrame = Extract<Frame, { ch: number }>;
