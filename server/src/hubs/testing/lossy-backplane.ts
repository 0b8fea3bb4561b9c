/** A backplane that loses or refuses messages as a test decides. */
import type { Backplane } from '../../backplane/index.ts';

export type Fate = 'arrives' | 'lost' | 'nobody' | 'never' | Error;

export interface LossyBackplane {
  plane: Backplane;
  /** Decides what happens to the next message. Called once for each message. */
  fate: (message: Uint8Array) => Fate;
  /** While this error is set, all calls for messages, broadcasts, routes and hub cards reject with it. */
  down: Error | undefined;
  /** Number of messages sent so far. */
  mails: number;
  bytes: number;
}

/**
 * Wraps a backplane. The fate of a message is one of these. lost: the message is dropped without notice.
 * nobody: the other hub does not listen. never: the backplane does not answer.
 */
export function lossyBackplane(inner: Backplane): LossyBackplane {
  /** Wraps an object so that its calls reject while `down` is set. */
  function failing<T extends object>(part: T): T {
    return new Proxy(part, {
      get(target, name) {
        const call: unknown = Reflect.get(target, name);
        if (typeof call !== 'function') return call;
        return async (...args: unknown[]) => {
          if (it.down) throw it.down;
          return call(...args);
        };
      },
    });
  }
  const send = async (hub: string, message: Uint8Array) => {
    it.mails++;
    it.bytes += message.length;
    const fate = it.down ?? it.fate(message);
    if (fate instanceof Error) throw fate;
    if (fate === 'nobody') return false;
    if (fate === 'lost') return true;
    if (fate === 'never') return new Promise<never>(() => {});
    return inner.send(hub, message);
  };
  const it: LossyBackplane = {
    fate: () => 'arrives',
    down: undefined,
    mails: 0,
    bytes: 0,
    plane: {
      ...inner,
      routes: failing(inner.routes),
      hubs: failing(inner.hubs),
      async tell(text) {
        if (it.down) throw it.down;
        return inner.tell(text);
      },
      send,
      async post(hub, message) {
        await send(hub, message);
      },
    },
  };
  return it;
}
