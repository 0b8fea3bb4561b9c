/** Messages between a chaos run and its processes of typists. Times are milliseconds of the machine's monotonic clock. */
import { z } from 'zod';

/** The place of one typist: its own client, with one terminal. */
const TypistPlace = z.object({
  typist: z.number(),
  url: z.string(),
  token: z.string(),
  vmId: z.string(),
  terminalId: z.string(),
});
export type TypistPlace = z.infer<typeof TypistPlace>;

export const ToTypists = z.discriminatedUnion('type', [
  /** Start typing. everyMs: interval between two keys of each typist. */
  z.object({ type: z.literal('start'), places: z.array(TypistPlace), everyMs: z.number() }),
  /** Stop typing, and report when all keys have been echoed. */
  z.object({ type: z.literal('finish') }),
]);
export type ToTypists = z.infer<typeof ToTypists>;

/** typed: time at which the key was typed. */
const Echo = z.object({ typist: z.number(), typed: z.number(), tookMs: z.number() });
export type Echo = z.infer<typeof Echo>;

export const FromTypists = z.discriminatedUnion('type', [
  /** The typist's terminal echoes keys from now on. */
  z.object({ type: z.literal('ready'), typist: z.number() }),
  z.object({ type: z.literal('echoes'), echoes: z.array(Echo) }),
  /** Every key of the typist was echoed once, in order. */
  z.object({ type: z.literal('done'), typist: z.number(), keys: z.number() }),
  /** A key was lost, doubled or out of order, or the terminal closed. */
  z.object({ type: z.literal('broken'), typist: z.number(), message: z.string() }),
]);
export type FromTypists = z.infer<typeof FromTypists>;
