/**
 * Browser events after which the connection should be checked at once: the network is back, or the page is
 * visible again.
 */

/** Calls `run` at each of these events until the returned function is called. Node has no such events. */
export function onWake(run: () => void): () => void {
  if (typeof window === 'undefined') return () => {};
  const shown = () => {
    if (document.visibilityState === 'visible') run();
  };
  window.addEventListener('online', run);
  document.addEventListener('visibilitychange', shown);
  return () => {
    window.removeEventListener('online', run);
    document.removeEventListener('visibilitychange', shown);
  };
}
