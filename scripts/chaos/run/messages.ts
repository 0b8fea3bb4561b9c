/**
 * Part of the chaos runs: the messages between the main process of a run and its consumer processes. Times
 * are in milliseconds of the machine's monotonic clock.
 */
import { z } from 'zod';

/** A terminal of a VM, and the number of the channel to this terminal. */
const Place = z.object({ channel: z.number(), vmId: z.string(), terminalId: z.string() });

export const ToConsumer = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('start'),
    url: z.string(),
    token: z.string(),
    places: z.array(Place),
    /** Data rate in each direction of each channel, bytes per second. */
    rate: z.number(),
    seed: z.number(),
  }),
  /** Asks the consumer to report, for each channel, as soon as new bytes have arrived in both directions. */
  z.object({ type: z.literal('ask'), question: z.number() }),
  /**
   * Asks the consumer to stop sending. The program in each terminal then reports whether the bytes that it
   * received were right.
   */
  z.object({ type: z.literal('finish') }),
]);
export type ToConsumer = z.infer<typeof ToConsumer>;

export const FromConsumer = z.discriminatedUnion('type', [
  /** The consumer reports that bytes flow in this channel. */
  z.object({ type: z.literal('flowing'), channel: z.number() }),
  /** The consumer reports that the channel transferred no bytes for a while, and now transfers bytes again. */
  z.object({
    type: z.literal('gap'),
    channel: z.number(),
    way: z.enum(['down', 'up']),
    from: z.number(),
    to: z.number(),
    /** True if the channel lost its connection during the pause. */
    detached: z.boolean(),
  }),
  /**
   * The consumer's answer to the message `ask`: new bytes have arrived in both directions of this channel.
   */
  z.object({ type: z.literal('moved'), channel: z.number(), question: z.number() }),
  z.object({ type: z.literal('done'), channel: z.number(), down: z.number(), up: z.number() }),
  /** The consumer reports that a received byte was wrong, or that the terminal closed too early. */
  z.object({ type: z.literal('broken'), channel: z.number(), message: z.string() }),
]);
export type FromConsumer = z.infer<typeof FromConsumer>;
export type Gap = Extract<FromConsumer, { type: 'gap' }>;
