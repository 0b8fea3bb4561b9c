/**
 * All frames of the protocol: their types, fields and units. codec.ts turns frames into bytes, and
 * PROTOCOL.md explains them.
 */

/** The protocol version of this code, and the oldest version that it still understands. */
export const VERSION = 1;
export const MIN_VERSION = 1;

/** A WebSocket message contains one or more frames, and has at most this many bytes. */
export const MAX_MESSAGE = 64 * 1024;
/**
 * The most uncompressed bytes in one DATA frame. The limit is low, so that a keystroke never waits long
 * behind a frame.
 */
export const MAX_DATA = 16 * 1024;
/**
 * The most uncompressed bytes before a DATAZ frame to which the frame may refer. Deflate cannot refer to
 * older bytes.
 */
export const MAX_DICTIONARY = 32 * 1024;
/** The most bytes of packed metadata in one `meta` or `auth` field. */
export const MAX_META = 8 * 1024;
/** The most UTF-8 bytes of the message for people in RESET and FIN. */
export const MAX_TEXT = 512;
export const EPOCH_BYTES = 16;

/**
 * Frame types. The type is the first element of every frame. On the wire, it is a positive fixint of msgpack.
 */
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

/** Channel kinds: what a channel carries. On the wire, a kind is a positive fixint of msgpack. */
export const ChannelKind = {
  terminal: 0,
  vnc: 1,
  tcp: 2,
  blob: 3,
  egress: 4,
  control: 5,
  cdp: 6,
  desktop: 7,
} as const;
export type ChannelKindName = keyof typeof ChannelKind;

/**
 * The initial size of the receive window for each kind of channel, in bytes. A sender may have this many
 * unconfirmed bytes in flight, and it keeps them until they are confirmed.
 */
export const WINDOWS: Record<ChannelKindName, number> = {
  terminal: 128 * 1024,
  vnc: 512 * 1024,
  tcp: 256 * 1024,
  blob: 256 * 1024,
  egress: 256 * 1024,
  control: 256 * 1024,
  cdp: 256 * 1024,
  desktop: 64 * 1024,
};
/**
 * Receive windows may grow to these sizes in bytes if the window limits the throughput. At a round-trip time
 * of 80 ms, 128 KiB allow 1.6 MB/s, and 512 KiB allow four times as much. Windows of the other channel kinds
 * do not grow.
 */
export const MOST_WINDOWS: Record<ChannelKindName, number> = {
  ...WINDOWS,
  terminal: 512 * 1024,
  tcp: 4 * 1024 * 1024,
  cdp: 1024 * 1024,
};

/**
 * Fields that several frames have:
 * - ch: the channel number on this leg (u32, at least 1). Each leg has its own numbers, and hubs replace
 *   them.
 * - off, consumed, limit, recvNext, sentEnd, finalOff: byte offsets in one direction (u64, at most 2^53 - 1).
 * - attach: the number of an attachment (u32). It rises with each attachment of a channel.
 * - code: the number of an error in errors.ts (u16).
 * - meta, auth: a packed msgpack map. Hubs read only the maps of HELLO, WELCOME, OPEN and BEAT.
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
/** Frames that belong to a channel. In all of them, `ch` has the same position on the wire. */
export type ChannelFrame = Extract<Frame, { ch: number }>;
