/** Keeps a subscription alive. tRPC reconnects after a broken connection; this also does after the hub refused or ended it. */
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
  /** Called when the hub refuses or ends the stream, for example because the user logged out in another tab. */
  refused(): void;
  /** Registers a callback for when the hub is reachable again. The returned function removes it. */
  onHub(back: () => void): () => void;
}

/**
 * Subscribes until the calling component is removed, and only while the tab is visible: a browser allows six streams
 * per hub, and hidden tabs would use them up. A new stream begins with the full list, so a restart misses nothing.
 * Returns a signal that is true while changes arrive live.
 */
export function follow<Event>({ subscribe, apply, refused, onHub }: Feed<Event>): Accessor<boolean> {
  const [live, setLive] = createSignal(true);
  let subscription: { unsubscribe(): void } | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** Number of the current stream. Late events of older streams, such as their end, are ignored. */
  let current = 0;
  /** True once the first event came. Before that, the first stream is not restarted. */
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
