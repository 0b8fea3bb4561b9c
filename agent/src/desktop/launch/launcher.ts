/**
 * The interface of launchers. A launcher starts the holders of desktops on this machine, finds them again, and
 * removes all that they leave. There are two launchers: docker and process.
 */
import type { Duplex } from 'node:stream';
import type { DesktopOrder, DesktopRef } from '@unicore/protocol/control';
import type { HolderStatus } from '../holder/index.ts';

/** All that a hub can choose for a desktop. No other value from the hub reaches an engine. */
export type LaunchOrder = Omit<DesktopOrder, 'desired'>;

/** How a desktop ended. */
export interface Outcome {
  /** The status that the holder left behind. It is null if the holder was killed. */
  status: HolderStatus | null;
  /** Tells a person how the holder's process ended, such as "exit code 137". */
  exit: string;
  /** Time from the start to the end, as the launcher knows it, in ms. It is null if only the holder measures it. */
  ms: number | null;
  /** The last lines that the desktop's programs have printed. */
  lines: string;
}

/** over: the holder has ended, or was never started completely. Its remains are still there. */
export type Presence = { state: 'absent' } | { state: 'alive' } | { state: 'over'; outcome: Outcome };

/**
 * Every method can be repeated without harm. A failed method rejects with a UniCoreError whose message is for a
 * person. The error RUNTIME_UNAVAILABLE means that the engine does not answer now.
 */
export interface DesktopLauncher {
  /** Returns all desktops of this provider of which anything is left on this machine. */
  list(): Promise<DesktopRef[]>;
  find(ref: DesktopRef): Promise<Presence>;
  /** Starts the holder. Does nothing if anything of this attempt is there already. */
  start(order: LaunchOrder): Promise<void>;
  /** Opens a byte stream to the holder's socket. */
  connect(ref: DesktopRef): Promise<Duplex>;
  /** Ends all processes of the desktop. Resolves when none is left; then find() returns how they ended. */
  stop(ref: DesktopRef): Promise<void>;
  /** Removes everything of the desktop. Resolves when nothing is left. */
  remove(ref: DesktopRef): Promise<void>;
}
