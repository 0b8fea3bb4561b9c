/** The options of a channel's end, opener and acceptor alike. */
import type { Clock } from '../time/index.ts';
import type { ChannelKindName } from '../wire/index.ts';
import type { ChannelHandler } from './channel-handler.ts';
import type { Deflater } from './deflater.ts';
import type { Windows } from './window.ts';

export interface ChannelOptions {
  clock: Clock;
  kind: ChannelKindName;
  handler: ChannelHandler;
  /** Lets both ends send DATAZ, if the other end has a deflater too. */
  deflater?: Deflater | undefined;
  /** The pool that this channel's receive window is taken from. */
  windows?: Windows;
}
