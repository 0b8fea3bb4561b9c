/**
 * The messages between hub and agent about desktops. A desktop is a browser in a container of its own. The
 * session id names it, and `attempt` rises with each start of that session.
 */
import { z } from 'zod';
import { Id } from './ids.ts';

/** Names one start of a desktop. A message about an older attempt is ignored. */
export const DesktopRef = z.object({ sessionId: Id, attempt: z.number().int().positive() });
export type DesktopRef = z.infer<typeof DesktopRef>;

/** The program that starts a desktop: a Docker engine, the agent itself, or Cloud Run. */
export const Launcher = z.enum(['docker', 'process', 'cloud-run']);
export type Launcher = z.infer<typeof Launcher>;

/** Number of device pixels per CSS pixel in a desktop's browser. */
export const Scale = z.union([z.literal(1), z.literal(2)]);
export type Scale = z.infer<typeof Scale>;

/** The most that a desktop may use, in dollars, and the prices of its time and of the bytes that it sends. */
export const DesktopBudget = z.object({
  dollars: z.number().nonnegative(),
  perMs: z.number().nonnegative(),
  perSentByte: z.number().nonnegative(),
});
export type DesktopBudget = z.infer<typeof DesktopBudget>;

/**
 * The state that the hub wants for one desktop on this provider. All times are durations in ms, so that the
 * clocks of hub and agent need not agree.
 */
export const DesktopOrder = DesktopRef.extend({
  desired: z.enum(['running', 'ended']),
  image: z.string().min(1).max(200),
  scale: Scale,
  /** Longest time from the start of the holder to its end. It rises when the user extends the desktop. */
  lifeMs: z.number().int().positive(),
  /** The desktop ends after this time without input. */
  idleMs: z.number().int().positive(),
  /** Longest time from the order to the first painted frame. */
  bootMs: z.number().int().positive(),
  /** Whether the desktop needs Chromium's own sandbox, which some machines do not permit. Default: required. */
  sandbox: z.enum(['required', 'optional']).optional(),
  /** Without it, only time limits the desktop. */
  budget: DesktopBudget.optional(),
});
export type DesktopOrder = z.infer<typeof DesktopOrder>;

/** What a desktop does now. `ended` and `failed` are final: nothing of the desktop is left. */
export const DesktopPhase = z.enum([
  'launching',
  'booting',
  'painting',
  'running',
  'ending',
  'ended',
  'failed',
]);
export type DesktopPhase = z.infer<typeof DesktopPhase>;

/** How much of the machine a desktop has used. */
export const DesktopUse = z.object({
  /** Time from the start of its container to now or to its end, ms. */
  ms: z.number().nonnegative(),
  /** Bytes that the container has sent to the network. */
  sentBytes: z.number().nonnegative(),
});
export type DesktopUse = z.infer<typeof DesktopUse>;

/** The state of a desktop that the agent observes. */
export const DesktopObserved = DesktopRef.extend({
  phase: DesktopPhase,
  /** Name of an error, if the desktop ended because of one. */
  code: z.string().max(40).nullable(),
  /** If something is wrong, a sentence for the user with the remedy. */
  reason: z.string().max(1000).nullable(),
  /** How strongly the browser is isolated, as found at its start. */
  isolation: z.string().max(40).nullable(),
  use: DesktopUse.nullable(),
});
export type DesktopObserved = z.infer<typeof DesktopObserved>;

/** Metadata of a vnc channel's OPEN frame, written by the consumer. */
export const VncOpen = z.object({
  sessionId: Id,
  /** True if the viewer only watches. */
  viewOnly: z.boolean().default(false),
  /** True if the viewer sends keys and text as private messages within the channel. */
  text: z.boolean().default(false),
  /** False if copied texts pass only after the call `clipboard` of the channel kind `desktop` has allowed it. */
  clipboard: z.boolean().default(true),
});
export type VncOpen = z.infer<typeof VncOpen>;

/**
 * Metadata of a vnc or cdp channel's ACCEPT frame. holder: the name by which vnc.control refers to this viewer
 * or program. text: true if the desktop understands private messages.
 */
export const DesktopAccept = z.object({ holder: z.string().max(64), text: z.boolean().optional() });

/** Metadata of the OPEN frame of a cdp or desktop channel. */
export const DesktopOpen = z.object({ sessionId: Id });
export type DesktopOpen = z.infer<typeof DesktopOpen>;

/** The most bytes of a file that is moved into or out of a desktop. */
export const MAX_FILE = 256 * 1024 * 1024;

/**
 * Metadata of the OPEN frame of a blob channel to a desktop. put: the consumer sends a file to Uploads. get: the
 * consumer reads a file of Downloads. size: bytes, and 0 for `get`. The desktop refuses a size above MAX_FILE.
 */
export const BlobOpen = z.object({
  sessionId: Id,
  op: z.enum(['put', 'get']),
  name: z.string().min(1).max(255),
  size: z.number().int().nonnegative(),
});
export type BlobOpen = z.infer<typeof BlobOpen>;

/** Metadata of a blob channel's ACCEPT frame. */
export interface BlobAccept {
  name: string;
  /** Bytes. */
  size: number;
}

/** Who has the controls of a desktop: a person who views it, or a program that drives it. */
export const ControlHolder = z.object({
  kind: z.enum(['viewer', 'program']),
  id: z.string().max(64),
  name: z.string().max(128),
});
export type ControlHolder = z.infer<typeof ControlHolder>;

/** The controls of a desktop. since: ms since 1970, by the desktop's clock. */
export const Control = z.object({ holder: ControlHolder.nullable(), since: z.number() });
export type Control = z.infer<typeof Control>;

export const TakeControl = DesktopRef.extend({
  user: z.string().max(128),
  take: z.boolean(),
  /** The viewer or program that takes the controls, as named in its ACCEPT. Default: a person of this user. */
  holder: z.string().max(64).optional(),
});
export type TakeControl = z.infer<typeof TakeControl>;

/** A piece of a picture of the whole desktop, as PNG. `more` is true if further pieces follow. */
export const Screenshot = z.object({
  /** The same for all pieces of one picture. */
  pictureId: z.string().max(64),
  png: z.instanceof(Uint8Array),
  width: z.number().int().positive(),
  height: z.number().int().positive(),
  more: z.boolean(),
});
export type Screenshot = z.infer<typeof Screenshot>;

/** Asks for a new picture (no pictureId), or for a later piece of the picture, from byte `from` on. */
export const AskScreenshot = DesktopRef.extend({
  pictureId: z.string().max(64).optional(),
  from: z.number().int().nonnegative().default(0),
});
export type AskScreenshot = z.input<typeof AskScreenshot>;

/** Calls to an agent about one desktop. Repeating a call does no harm. */
export interface DesktopMethods {
  /** Takes the controls if `take` is true, and returns who has them. */
  desktopControl(wish: TakeControl): Promise<Control>;
  desktopScreenshot(wish: AskScreenshot): Promise<Screenshot>;
}
