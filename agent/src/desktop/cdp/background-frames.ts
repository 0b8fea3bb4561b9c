/**
 * Has Chromium draw a page that is not in front. It draws no frames of a tab in the background, and each second
 * screenshot of it then never ends. While a screencast of the page runs, screenshots are quick.
 */
import { attached, type Params } from './contract.ts';

/** So small and so rare that no frame of it is ever sent. */
const SCREENCAST = { format: 'jpeg', quality: 1, maxWidth: 2, maxHeight: 2, everyNthFrame: 1_000_000 };

type Call = (method: string, params: Params, sessionId?: string) => Promise<Params>;

/** Returns a function that ends it. A page that is closing is no error: its screenshot fails by itself. */
export async function drawInBackground(targetId: string, call: Call): Promise<() => void> {
  const ignored = () => undefined;
  try {
    // A session of its own leaves alone what programs do with screencasts.
    const { sessionId } = attached.parse(await call('Target.attachToTarget', { targetId, flatten: true }));
    call('Page.startScreencast', SCREENCAST, sessionId).catch(ignored);
    return () => void call('Target.detachFromTarget', { sessionId }).catch(ignored);
  } catch {
    return ignored;
  }
}
