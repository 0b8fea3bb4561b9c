/**
 * A leg is one socket between two neighbours, with handshake, keepalive, send queues and congestion control.
 * This folder imports `wire` and `time`.
 */
export { CongestionWindow, type Mark } from './congestion-window.ts';
export type { Versions } from './handshake.ts';
export type { Patience } from './keepalive.ts';
export { Leg } from './leg.ts';
export type { LegHandler, LegOptions } from './leg-options.ts';
export type { Port } from './ports.ts';
export type { SendQueue } from './send-queue.ts';
export type { Transport } from './sender.ts';
