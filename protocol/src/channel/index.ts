/**
 * The two ends of a channel: a reliable byte stream over legs (sockets) that may be lost. This folder imports
 * `leg`, `wire` and `time`.
 */
export { AcceptedChannel } from './accepted-channel.ts';
export { Acceptor, type OpenRequest } from './acceptor.ts';
export { Channel } from './channel.ts';
export type { ChannelHandler } from './channel-handler.ts';
export { corrupt, type Deflater, type Effort, LEVELS, wrongLength } from './deflater.ts';
export { Messages } from './messages.ts';
export { Opener } from './opener.ts';
export { Outbox } from './outbox.ts';
export { FIXED_WINDOWS, WindowPool } from './window.ts';
