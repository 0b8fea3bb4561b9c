/** What the rest of UniCore uses of the protocol. */
export { AcceptedChannel, Acceptor, type OpenRequest } from './acceptor.ts';
export { Backoff } from './backoff.ts';
export { Channel, type ChannelHandler } from './channel.ts';
export { type Clock, systemClock } from './clock.ts';
export { channelOf, decode, encode, frameType, isChannelFrame, patchChannel, scan } from './codec.ts';
export { bytesEnd, confirmedIn, limitIn } from './credit.ts';
export type { Deflater } from './deflater.ts';
export { closeCode, closeError, ERRORS, type ErrorCode, errorName, UniCoreError } from './errors.ts';
export * from './frame.ts';
export { Hop, type Joined, join } from './join.ts';
export { Leg, type LegHandler, type LegOptions, type Port } from './leg.ts';
export { Messages } from './messages.ts';
export { packMeta, unpackMeta } from './meta.ts';
export { Opener } from './opener.ts';
export { Outbox } from './outbox.ts';
export type { Peer } from './roles.ts';
export type { Transport } from './sender.ts';
