/** Messages between a chaos run and its consumer processes. Times are milliseconds of the machine's monotonic clock. */
import { z } from 'zod';

/** One terminal, and the channel to it. */
const Place = z.object({ channel: z.number(), vmId: z.string(), terminalId: z.string() });

export const ToConsumer = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('start'),
    url: z.string(),
    token: z.string(),
    places: z.array(Place),
    /** Bytes per second in each direction of each channel. */
    rate: z.number(),
    seed: z.number(),
  }),
  /** Report for each channel when new bytes have passed in both directions. */
  z.object({ type: z.literal('ask'), question: z.number() }),
  /** Stop sending, and wait for each program's verdict on the bytes that it received. */
  z.object({ type: z.literal('finish') }),
]);
export type ToConsumer = z.infer<typeof ToConsumer>;

export const FromConsumer = z.discriminatedUnion('type', [
  /** Bytes flow in this channel. */
  z.object({ type: z.literal('flowing'), channel: z.number() }),
  /** The channel was silent for a while, and bytes pass again. */
  z.object({
    type: z.literal('gap'),
    channel: z.number(),
    way: z.enum(['down', 'up']),
    from: z.number(),
    to: z.number(),
    /** Whether the channel had lost its path meanwhile. */
    detached: z.boolean(),
  }),
  /** Answer to `ask`: new bytes have passed in both directions. */
  z.object({ type: z.literal('moved'), channel: z.number(), question: z.number() }),
  z.object({ type: z.literal('done'), channel: z.number(), down: z.number(), up: z.number() }),
  /** A byte was wrong, or the terminal closed. */
  z.object({ type: z.literal('broken'), channel: z.number(), message: z.string() }),
]);
export type FromConsumer = z.infer<typeof FromConsumer>;
export type Gap = Extract<FromConsumer, { type: 'gap' }>;
