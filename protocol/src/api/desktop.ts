/** Inputs and outputs of the vnc.* procedures. All times are in milliseconds since 1970 (UTC). */
import { z } from 'zod';
import { Control, Id, Launcher, Scale } from '../control/index.ts';
import { typed } from './typed.ts';

export { Control, Launcher, Scale } from '../control/index.ts';

/** The state of a desktop in one word. `stopped` means that nothing of it is left. */
export const DesktopStatus = z.enum(['starting', 'running', 'stopped']);
export type DesktopStatus = z.infer<typeof DesktopStatus>;

/** What a desktop does now. `waiting`: for capacity. `ending`: still there, and still costing. */
export const DesktopState = z.enum([
  'reserved',
  'waiting',
  'launching',
  'booting',
  'painting',
  'running',
  'ending',
  'ended',
  'failed',
]);
export type DesktopState = z.infer<typeof DesktopState>;

export const Desktop = z.object({
  sessionId: Id,
  jobName: z.string(),
  /** WebSocket URL of the desktop, without a ticket: wss://HUB/vnc/SESSION. vnc.connect returns a ticket. */
  url: z.string(),
  status: DesktopStatus,
  phase: DesktopState,
  /** When this phase began. */
  phaseAt: z.number(),
  /** Name of an error, if the desktop ended or will end because of one. */
  code: z.string().nullable(),
  /** A sentence for the user: why the desktop waits, has ended or has failed, and what to do. */
  reason: z.string().nullable(),
  launcher: Launcher.nullable(),
  /** How strongly the browser is isolated; null until it has started. */
  isolation: z.string().nullable(),
  scale: Scale,
  createdAt: z.number(),
  /** When the first frame was painted; null until then. */
  startedAt: z.number().nullable(),
  /** When the desktop ends unless it is extended; null until it has started. */
  expiresAt: z.number().nullable(),
  /** The most that this desktop may cost, in dollars; null if there is no limit. */
  budget: z.number().nullable(),
  /** What the desktop has cost so far, in dollars. */
  cost: z.number(),
  /** True if there is a link with which anybody may watch. */
  shared: z.boolean(),
});
export type Desktop = z.infer<typeof Desktop>;

export const DesktopRef = z.object({ sessionId: Id });

export const VncCreate = z.object({
  /** Number of device pixels per CSS pixel. Default: 1. */
  scale: typed(Scale).optional(),
  /** The most that this desktop may cost, in dollars. */
  budget: typed(z.number().positive().max(1_000)).optional(),
  /** Idempotency key. A retry with the same opId returns the desktop that the first request created. */
  opId: z.string().min(1).max(64).optional(),
});

export const VncConnect = DesktopRef.extend({
  /** screen: the picture, for a VNC client. cdp: the browser, for Playwright or Puppeteer. */
  to: z.enum(['screen', 'cdp']).default('screen'),
  /** True if the client only watches. */
  viewOnly: typed(z.boolean()).optional(),
});
export const VncConnection = z.object({
  /** URL for one WebSocket: ws(s)://…/vnc/SESSION?ticket=… or …/cdp/SESSION?ticket=…. It works once, within 30 s. */
  url: z.string(),
  ticket: z.string(),
  expiresAt: z.number(),
});

/**
 * A link with which anybody may watch the desktop until it ends: http(s)://HUB/desktop/shared#SESSION.TOKEN. The
 * part after # never reaches a server's log.
 */
export const VncShare = z.object({ url: z.string() });

/** What a share link contains. */
export const VncGuest = DesktopRef.extend({ token: z.string().min(1).max(100) });
/**
 * What somebody with a share link gets: the phase of the desktop, and a ticket that shows its screen. The URL is
 * for a VNC client; the SDK uses the ticket alone.
 */
export const VncGuestPass = VncConnection.extend({ phase: DesktopState });

export const VncControl = DesktopRef.extend({
  /** True to take the controls at once, also if another one has them. */
  take: typed(z.boolean()).optional(),
  /** The viewer or program that takes the controls, as named in the metadata of its channel. */
  holder: z.string().max(64).optional(),
});
export const VncControls = Control;

/** A picture of the whole desktop. png: base64. */
export const VncScreenshot = z.object({ png: z.string(), width: z.number(), height: z.number() });

/** What a desktop cost, and how it ended. */
export const Receipt = z.object({
  sessionId: Id,
  jobName: z.string().nullable(),
  launcher: Launcher.nullable(),
  createdAt: z.number(),
  startedAt: z.number().nullable(),
  endedAt: z.number(),
  code: z.string().nullable(),
  reason: z.string().nullable(),
  /** vCPU seconds and GiB seconds that were paid for. */
  cpuSeconds: z.number(),
  memorySeconds: z.number(),
  /** Bytes that the desktop has sent to the network. */
  sentBytes: z.number(),
  /** Dollars. */
  cost: z.number(),
  /** What was proven to be gone. */
  proof: z.string(),
});
export type Receipt = z.infer<typeof Receipt>;

/** The events of the subscription vnc.watch: the user's desktop, first as it is and then after each change. */
export const DesktopEvent = z.object({ desktop: Desktop.nullable() });
export type DesktopEvent = z.infer<typeof DesktopEvent>;

/** A desktop in the names of the first specification. created_at: seconds since 1970. */
export const VncSession = z.object({
  session_id: Id,
  job_name: z.string(),
  url: z.string(),
  created_at: z.number(),
  status: DesktopStatus,
});
export type VncSession = z.infer<typeof VncSession>;
export const VncSessionRef = z.object({ session_id: Id });
