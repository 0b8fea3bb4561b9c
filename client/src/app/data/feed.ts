/**
 * Keeps a tRPC subscription alive. tRPC itself reconnects only after a broken connection. This file also
 * subscribes again after the hub has refused or ended the subscription.
 */
import { type Accessor, createSignal, onCleanup } from 'solid-js';

const RETRY_MS = 2_000;

export interface FeedHandlers<Event> {
  onData(event: Event): void;
  onError(): void;
  onComplete(): void;
  onConnectionStateChange(change: { state: string }): void;
}

interface Feed<Event> {
  subscribe(handlers: FeedHandlers<Event>): { unsubscribe(): void };
  apply(event: Event): void;
  /**
   * Called when the hub refuses or ends the stream, for example because the user signed out in another tab.
   */
  refused(): void;
  /**
   * Registers a callback that runs when the hub is reachable again. The returned function removes the
   * callback.
   */
  onHub(back: () => void): () => void;
}

/**
 * Subscribes to the changes of a list while the tab is visible, until the calling component is removed. A
 * hidden tab has no subscription, because a browser allows only six streams per hub. Each new stream begins
 * with the complete list, so no change is missed. Returns a signal that is true while changes arrive live.
 */
export function follow<Event>({ subscribe, apply, refused, onHub }: Feed<Event>): Accessor<boolean> {
  const [live, setLive] = createSignal(true);
  let subscription: { unsubscribe(): void } | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** Number of the current stream. Events that older streams send late, such as their end, are ignored. */
  let current = 0;
  /**
   * True after the first event of the stream has arrived. While it is false, the stream is still starting, so
   * it is not restarted when the hub becomes reachable.
   */
  let begun = false;

  const stop = (): void => {
    current++;
    clearTimeout(timer);
    subscription?.unsubscribe();
    subscription = undefined;
  };
  const start = (): void => {
    stop();
    const mine = current;
    const heard = (then: () => void): void => {
      if (mine === current) then();
    };
    subscription = subscribe({
      onData: (event) =>
        heard(() => {
          begun = true;
          setLive(true);
          apply(event);
        }),
      onConnectionStateChange: ({ state }) => heard(() => state === 'connecting' && setLive(false)),
      onError: () => heard(again),
      onComplete: () => heard(again),
    });
  };
  const again = (): void => {
    setLive(false);
    stop();
    refused();
    timer = setTimeout(start, RETRY_MS);
  };
  const onVisibility = (): void => (document.visibilityState === 'hidden' ? stop() : start());

  document.addEventListener('visibilitychange', onVisibility);
  onVisibility();
  onCleanup(onHub(() => begun && !live() && onVisibility()));
  onCleanup(() => {
    document.removeEventListener('visibilitychange', onVisibility);
    stop();
  });
  return live;
}
