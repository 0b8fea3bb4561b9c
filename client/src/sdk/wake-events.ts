/**
 * Browser events after which the connection should be checked at once: the network is back, or the page is
 * visible again.
 */

/**
 * Calls `run` each time that the network is back or the page is visible again, until the returned function is
 * called. In Node, `run` is never called.
 */
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
