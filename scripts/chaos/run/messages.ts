/** What the run and its consumer processes say to each other. Times are milliseconds of the machine's monotonic clock. */
import { z } from 'zod';

/** One terminal, and the channel to it. */
const Place = z.object({ channel: z.number(), vmId: z.string(), terminalId: z.string() });

export const ToConsumer = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('start'),
    url: z.string(),
    token: z.string(),
    places: z.array(Place),
    /** Bytes a second, each way of each channel. */
    rate: z.number(),
    seed: z.number(),
  }),
  /** Say of each channel when something new has passed both ways. */
  z.object({ type: z.literal('ask'), question: z.number() }),
  /** Say no more, and hear what each program has to say about what it heard. */
  z.object({ type: z.literal('finish') }),
]);
export type ToConsumer = z.infer<typeof ToConsumer>;

export const FromConsumer = z.discriminatedUnion('type', [
  /** Bytes flow in this channel. */
  z.object({ type: z.literal('flowing'), channel: z.number() }),
  /** Nothing new passed for a while, and now it does again. */
  z.object({
    type: z.literal('gap'),
    channel: z.number(),
    way: z.enum(['down', 'up']),
    from: z.number(),
    to: z.number(),
    /** The channel had lost its path. */
    detached: z.boolean(),
  }),
  /** The answer to a question. */
  z.object({ type: z.literal('moved'), channel: z.number(), question: z.number() }),
  z.object({ type: z.literal('done'), channel: z.number(), down: z.number(), up: z.number() }),
  /** A promise was broken. */
  z.object({ type: z.literal('broken'), channel: z.number(), message: z.string() }),
]);
export type FromConsumer = z.infer<typeof FromConsumer>;
export type Gap = Extract<FromConsumer, { type: 'gap' }>;

/** The same for all processes of this machine. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
