/**
 * Makes Chromium draw a page that is in a background tab. Without this it draws no frames of such a tab, and
 * every second screenshot of the tab never finishes. While a screencast of the page runs, screenshots are
 * quick.
 */
import { attached, type Params } from './contract.ts';

/** Options of the screencast. It is tiny and skips nearly all frames, so none of its frames is ever sent. */
const SCREENCAST = { format: 'jpeg', quality: 1, maxWidth: 2, maxHeight: 2, everyNthFrame: 1_000_000 };

type Call = (method: string, params: Params, sessionId?: string) => Promise<Params>;

/**
 * Starts to draw the page, and returns a function that stops it. Errors are ignored: if the page is closing,
 * its screenshot fails with an error of its own.
 */
export async function drawInBackground(targetId: string, call: Call): Promise<() => void> {
  const ignored = () => undefined;
  try {
    // The screencast runs in a CDP session of its own, so it does not disturb the screencasts of programs.
    const { sessionId } = attached.parse(await call('Target.attachToTarget', { targetId, flatten: true }));
    call('Page.startScreencast', SCREENCAST, sessionId).catch(ignored);
    return () => void call('Target.detachFromTarget', { sessionId }).catch(ignored);
  } catch {
    return ignored;
  }
}
