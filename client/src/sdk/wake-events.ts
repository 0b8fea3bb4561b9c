/** Tells when a browser's network or page came back: a better moment to look after the line than any timer. */

/** Calls `run` then; the returned function stops that. Where there is no page (Node) it never calls. */
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
