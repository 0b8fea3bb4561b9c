/** Loads noVNC when it is needed. It is large, so it is a download of its own. */
import type { ChannelSocket } from '../../../sdk/index.ts';

/** The part of noVNC that the page uses. */
export interface Rfb {
  viewOnly: boolean;
  background: string;
  /** Gives a text to the clipboard of the desktop. */
  give(text: string): void;
  refit(): void;
  disconnect(): void;
  /** The detail of `clipboard` is a text that was copied in the desktop: { text }. */
  addEventListener(type: 'connect' | 'clipboard', listener: (event: Event) => void): void;
}

export interface ScreenCode {
  FineRfb: new (host: HTMLElement, socket: ChannelSocket) => Rfb;
}

/**
 * Pause before a failed download is tried once more, ms. Browsers end downloads when the network changes, for
 * example from a cable to radio.
 */
const RETRY_MS = 1_000;

export async function loadScreen(): Promise<ScreenCode> {
  try {
    return await import('./fine-rfb.ts');
  } catch {
    await new Promise((done) => setTimeout(done, RETRY_MS));
    return import('./fine-rfb.ts');
  }
}

/** Starts to load the code before it is needed, for example while a desktop starts. */
export function preloadScreen(): void {
  loadScreen().catch(() => {
    // The view loads the code again when it needs it, and tells the user if that fails.
  });
}
