/** A subscription that is kept up: its client reconnects when a line breaks, this does where the hub refused or ended it. */
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
  /** The hub refused or ended the stream: perhaps the session ended somewhere else. */
  refused(): void;
  /** Calls back when the hub is known to be there again; the returned function ends that. */
  onHub(back: () => void): () => void;
}

/**
 * Follows while its owner lives and somebody looks: browsers allow six streams per hub over all tabs, so that hidden
 * tabs would starve the visible one. Every stream begins with all there is; nothing is missed by starting anew.
 * Returns whether changes arrive as they happen.
 */
export function follow<Event>({ subscribe, apply, refused, onHub }: Feed<Event>): Accessor<boolean> {
  const [live, setLive] = createSignal(true);
  let subscription: { unsubscribe(): void } | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** Rises with each stream: what an older one still says, its own end above all, is not heard. */
  let current = 0;
  /** The first stream is on its way, and needs no help. */
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
