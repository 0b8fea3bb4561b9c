/** Collects the events of a subscription, and waits for a certain one. */
export interface Watching<T> {
  events: T[];
  /** Resolves with the first matching event, past or future. */
  until(fits: (event: T) => boolean): Promise<T>;
  /** Resolves when it ended: with undefined or the error. */
  ended: Promise<unknown>;
  stop(): void;
}

/** A subscription procedure of the typed client. */
interface Subscription<T> {
  subscribe(
    input: undefined,
    observer: { onData(event: T): void; onError(error: unknown): void; onComplete(): void },
  ): { unsubscribe(): void };
}

export function watching<T>(subscription: Subscription<T>): Watching<T> {
  const events: T[] = [];
  const waiting = new Set<() => void>();
  const ended = Promise.withResolvers<unknown>();
  const running = subscription.subscribe(undefined, {
    onData(event) {
      events.push(event);
      for (const look of waiting) look();
    },
    onError: ended.resolve,
    onComplete: () => ended.resolve(undefined),
  });
  return {
    events,
    until: (fits) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = events.find(fits);
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    ended: ended.promise,
    stop: () => running.unsubscribe(),
  };
}
