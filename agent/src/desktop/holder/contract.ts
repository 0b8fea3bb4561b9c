/**
 * The calls between a desktop's holder and the process that connects it to the hub: the agent, or the program
 * that dials from a container on Cloud Run. The holder is the process that owns the display and the browser.
 */
import {
  type Control,
  DesktopBudget,
  DesktopPhase,
  DesktopUse,
  type Screenshot,
} from '@unicore/protocol/control';
import { z } from 'zod';

/**
 * The version of all that holder and agent say to each other: these calls, the order in the holder's command line, and
 * the fields of its channels. Raise it with each change that an older holder or agent does not understand. The image of
 * desktops has it as a label, and an agent starts no image of another version.
 */
export const HOLDER_VERSION = 1;

/** What the holder says of its desktop. */
export const HolderStatus = z.object({
  phase: DesktopPhase,
  code: z.string().max(40).nullable(),
  reason: z.string().max(1000).nullable(),
  isolation: z.string().max(40).nullable(),
  use: DesktopUse,
});
export type HolderStatus = z.infer<typeof HolderStatus>;

/** The limits of a desktop. Their units are in DesktopOrder. */
export const Limits = z.object({
  lifeMs: z.number().int().positive(),
  idleMs: z.number().int().positive(),
  budget: DesktopBudget.optional(),
});
export type Limits = z.infer<typeof Limits>;

export const TakeControls = z.object({
  user: z.string().max(128),
  take: z.boolean(),
  holder: z.string().max(64).optional(),
});
export const AskPicture = z.object({
  pictureId: z.string().max(64).optional(),
  from: z.number().int().nonnegative().default(0),
});

/** Calls that the holder answers. */
export interface HolderMethods {
  status(): Promise<HolderStatus>;
  /** Sets new limits. They hold at once. */
  limit(limits: Limits): Promise<void>;
  /** Takes the controls if `take` is true, and returns who has them. */
  control(wish: z.input<typeof TakeControls>): Promise<Control>;
  screenshot(wish: z.input<typeof AskPicture>): Promise<Screenshot>;
  /**
   * Ends the desktop: first the browser, then the display. Resolves to the last status when all programs have
   * ended. The holder exits right after its answer.
   */
  end(why: { code: string; reason: string }): Promise<HolderStatus>;
}

/** Calls that the holder makes to the connected process. */
export interface HolderNews {
  /** Reports a changed status. Also called once after each connect. */
  changed(status: HolderStatus): Promise<void>;
}
