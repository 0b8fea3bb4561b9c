/** A backplane whose mail goes wrong as a test says. */
import type { Backplane } from '../../backplane/index.ts';

export type Fate = 'arrives' | 'lost' | 'nobody' | 'never' | Error;

export interface LossyBackplane {
  plane: Backplane;
  /** What becomes of the next mail: asked for each. */
  fate: (message: Uint8Array) => Fate;
  /** While it is set, calls about mail, news, routes and hubs are refused with it. */
  down: Error | undefined;
  /** Sent until now. */
  mails: number;
  bytes: number;
}

/** lost: gone without a word. nobody: the hub does not listen. never: the backplane does not answer. */
export function lossyBackplane(inner: Backplane): LossyBackplane {
  /** The same calls, refused while it is down. */
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
