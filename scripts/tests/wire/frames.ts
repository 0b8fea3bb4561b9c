/** Defines the frames of PROTOCOL.md section 2, with the field names of that section. */
import type { Plain } from './msgpack.ts';

interface OfChannel {
  readonly ch: number;
}
/** Metadata of a frame. Undefined if the metadata has no bytes. */
export type Meta = Plain | undefined;

export type ChannelFrame = OfChannel &
  (
    | {
        readonly type: 'OPEN';
        readonly epoch: string;
        readonly attach: number;
        readonly kind: number;
        readonly recvNext: number;
        readonly limit: number;
        readonly mustExist: boolean;
        readonly auth: Meta;
        readonly meta: Meta;
      }
    | {
        readonly type: 'ACCEPT';
        readonly attach: number;
        readonly recvNext: number;
        readonly limit: number;
        readonly meta: Meta;
      }
    | { readonly type: 'DATA'; readonly off: number; readonly bytes: Uint8Array }
    | {
        readonly type: 'DATAZ';
        readonly off: number;
        readonly dictLen: number;
        readonly rawLen: number;
        readonly bytes: Uint8Array;
      }
    | { readonly type: 'ACK'; readonly consumed: number; readonly limit: number }
    | { readonly type: 'FIN'; readonly finalOff: number; readonly code: number; readonly message: string }
    | { readonly type: 'RESET'; readonly code: number; readonly message: string }
    | {
        readonly type: 'SYNC';
        readonly attach: number;
        readonly recvNext: number;
        readonly limit: number;
        readonly sentEnd: number;
        readonly reply: boolean;
      }
    | { readonly type: 'DETACHED'; readonly code: number }
  );

export type NeighbourFrame =
  | { readonly type: 'HELLO'; readonly version: number; readonly minVersion: number; readonly meta: Meta }
  | { readonly type: 'WELCOME'; readonly version: number; readonly meta: Meta }
  | { readonly type: 'PING' | 'PONG'; readonly id: number }
  | { readonly type: 'GOAWAY'; readonly code: number; readonly afterMs: number }
  | { readonly type: 'BEAT' | 'BEATACK'; readonly seq: number; readonly meta: Meta };

export type Frame = ChannelFrame | NeighbourFrame;
export type FrameType = Frame['type'];

/** Maps numbers to frame types. */
export const FRAME_TYPES: readonly FrameType[] = [
  'HELLO',
  'WELCOME',
  'OPEN',
  'ACCEPT',
  'DATA',
  'DATAZ',
  'ACK',
  'FIN',
  'RESET',
  'SYNC',
  'DETACHED',
  'PING',
  'PONG',
  'GOAWAY',
  'BEAT',
  'BEATACK',
];
