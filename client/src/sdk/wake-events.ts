/** Events that mean that a browser's network or page came back, when the connection should be checked at once. */

/** Calls `run` at each such event until the returned function is called. In Node there are no such events. */
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
