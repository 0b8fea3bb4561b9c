/** The options that both ends of a channel have: the opener and the acceptor. */
import type { Clock } from '../time/index.ts';
import type { ChannelKindName } from '../wire/index.ts';
import type { ChannelHandler } from './channel-handler.ts';
import type { Deflater } from './deflater.ts';
import type { Windows } from './window.ts';

export interface ChannelOptions {
  clock: Clock;
  kind: ChannelKindName;
  handler: ChannelHandler;
  /** The deflater for compressed frames (DATAZ). DATAZ is used only if the other end also has a deflater. */
  deflater?: Deflater | undefined;
  /** The pool from which this channel takes the bytes of its receive window. */
  windows?: Windows;
}
