/**
 * Defines PROTOCOL.md sections 3, 6 and 10 as tables: who may send which frame, the window of each channel
 * kind, and error codes.
 */
import type { FrameType } from './frames.ts';

export type Role = 'consumer' | 'provider' | 'hub';

const OF_CHANNELS: readonly FrameType[] = ['OPEN', 'DATA', 'DATAZ', 'ACK', 'FIN', 'RESET', 'SYNC'];

export const MAY_SEND: Record<Role, readonly FrameType[]> = {
  consumer: ['HELLO', ...OF_CHANNELS, 'PING', 'PONG'],
  provider: ['HELLO', ...OF_CHANNELS, 'ACCEPT', 'DETACHED', 'PING', 'PONG', 'BEAT'],
  hub: ['WELCOME', ...OF_CHANNELS, 'ACCEPT', 'DETACHED', 'PING', 'PONG', 'GOAWAY', 'BEATACK'],
};

/** Largest window of each channel kind, in bytes. */
export const WINDOWS: Record<number, number> = {
  0: 524_288,
  1: 524_288,
  2: 4_194_304,
  3: 262_144,
  4: 262_144,
  5: 262_144,
};

export const OK = 0;
export const CHANNEL_UNKNOWN = 17;
export const GOING_AWAY = 22;
