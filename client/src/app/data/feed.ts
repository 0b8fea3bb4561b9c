/** A subscription that is kept up: its client reconnects when a line breaks, this does where the hub refused or ended it. */
import { type Accessor, createSignal, onCleanup } from 'solid-js';

const RETRY_MS = 2_000;

export interface FeedHandlers<Event> {
  onData(event: Event): void;
  onError(): void;
  onComplete(): void;
  onConnectionStateChange(change: { state: string }): void;
}

/**
 * Follows while its owner lives and somebody looks: browsers allow six streams per hub over all tabs, so that hidden
 * tabs would starve the visible one. Every stream begins with all there is; nothing is missed by starting anew.
 * Returns whether changes arrive as they happen.
 */
export function follow<Event>(
  subscribe: (handlers: FeedHandlers<Event>) => { unsubscribe(): void },
  apply: (event: Event) => void,
  /** Such as a session that ended somewhere else. */
  refused: () => void,
): Accessor<boolean> {
  const [live, setLive] = createSignal(true);
  let subscription: { unsubscribe(): void } | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const stop = (): void => {
    clearTimeout(timer);
    subscription?.unsubscribe();
    subscription = undefined;
  };
  const again = (): void => {
    setLive(false);
    stop();
    refused();
    timer = setTimeout(start, RETRY_MS);
  };
  const start = (): void => {
    stop();
    subscription = subscribe({
      onData: (event) => {
        setLive(true);
        apply(event);
      },
      onConnectionStateChange: ({ state }) => state === 'connecting' && setLive(false),
      onError: again,
      onComplete: again,
    });
  };
  const onVisibility = (): void => (document.visibilityState === 'hidden' ? stop() : start());

  document.addEventListener('visibilitychange', onVisibility);
  onVisibility();
  onCleanup(() => {
    document.removeEventListener('visibilitychange', onVisibility);
    stop();
  });
  return live;
}
