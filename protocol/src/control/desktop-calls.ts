/**
 * The calls on a channel of kind `desktop`, between one consumer and the desktop. The desktop validates what the
 * consumer sends. A guest or reader may only ask for the controls, and hears no news of files and clipboard.
 */
import { z } from 'zod';
import type { Control, DesktopObserved } from './desktop.ts';

/** Which way copied texts may go, for one viewer of the same user. viewer: the holder in its ACCEPT. */
export const ClipboardRights = z.object({
  viewer: z.string().max(64),
  toDesktop: z.boolean(),
  fromDesktop: z.boolean(),
});
export type ClipboardRights = z.infer<typeof ClipboardRights>;

/** The folders of a desktop that people see. */
export const FileFolder = z.enum(['downloads', 'uploads']);
export type FileFolder = z.infer<typeof FileFolder>;

export const FileRef = z.object({ folder: FileFolder, name: z.string().min(1).max(255) });
export type FileRef = z.infer<typeof FileRef>;

export interface DesktopFile {
  name: string;
  /** Bytes. */
  size: number;
  /** ms since 1970, by the desktop's clock. */
  modifiedAt: number;
}

/** The complete files of both folders, the newest first, at most 1,000 of each. */
export type DesktopFiles = Record<FileFolder, DesktopFile[]>;

/** What the desktop does now. */
export type DesktopCondition = Pick<DesktopObserved, 'phase' | 'code' | 'reason' | 'isolation'>;

/** The desktop will end. life: its time is over. idle: nobody uses it. */
export interface DesktopWarning {
  limit: 'life' | 'idle';
  /** Time until the end, ms. Null: an earlier warning is over, since the limit has moved or the desktop was used. */
  leftMs: number | null;
}

/** A text that the viewer copied was too large for the clipboard, and was dropped. */
export interface ClipboardRefusal {
  viewer: string;
  /** A sentence for people. */
  reason: string;
}

/** Calls of a consumer. Repeating a call does no harm. */
export interface DesktopCalls {
  /** Takes the controls for the caller's user if `take` is true, and returns who has them. */
  control(take?: boolean): Promise<Control>;
  /** Counts as use of the desktop, as a key does, but needs no controls. */
  stay(): Promise<void>;
  clipboard(rights: ClipboardRights): Promise<void>;
  files(): Promise<DesktopFiles>;
  /** Removes the file if it exists. */
  removeFile(file: FileRef): Promise<void>;
}

/**
 * Calls of the desktop. At the start it tells its condition, its controls and the
 * warnings that hold, and then each change. Of changes that follow each other fast, only the newest is told.
 */
export interface DesktopNews {
  condition(now: DesktopCondition): Promise<void>;
  control(now: Control): Promise<void>;
  warning(warning: DesktopWarning): Promise<void>;
  files(now: DesktopFiles): Promise<void>;
  clipboardRefused(refusal: ClipboardRefusal): Promise<void>;
}
