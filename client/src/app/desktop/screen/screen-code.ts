/** Loads noVNC. It is large, so it is a separate download that starts only when it is needed. */
import type { ChannelSocket } from '../../../sdk/index.ts';

/** The part of noVNC that the page uses. */
export interface Rfb {
  viewOnly: boolean;
  background: string;
  /** Sends a text to the clipboard of the desktop. */
  give(text: string): void;
  refit(): void;
  disconnect(): void;
  /** The event `clipboard` has the text that was copied on the desktop, as `detail.text`. */
  addEventListener(type: 'connect' | 'clipboard', listener: (event: Event) => void): void;
}

export interface ScreenCode {
  FineRfb: new (host: HTMLElement, socket: ChannelSocket) => Rfb;
}

/**
 * Pause before a failed download is repeated once, ms. Browsers cancel downloads when the network changes, for
 * example from cable to Wi-Fi.
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

/** Starts the download before it is needed, for example while a desktop starts. */
export function preloadScreen(): void {
  loadScreen().catch(() => {
    // Ignores the error: the download is repeated when the code is needed, and then the user is told.
  });
}
