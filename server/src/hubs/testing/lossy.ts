/** A backplane whose mail goes wrong as a test says. */
import type { Backplane } from '../../backplane/index.ts';

export type Fate = 'arrives' | 'lost' | 'nobody' | 'never' | Error;

export interface Lossy {
  plane: Backplane;
  /** What becomes of the next mail: asked for each. */
  fate: (message: Uint8Array) => Fate;
  /** Sent until now. */
  mails: number;
  bytes: number;
}

/** lost: gone without a word. nobody: the hub does not listen. never: the backplane does not answer. */
export function lossy(inner: Backplane): Lossy {
  const it: Lossy = {
    fate: () => 'arrives',
    mails: 0,
    bytes: 0,
    plane: {
      ...inner,
      async send(hub, message) {
        it.mails++;
        it.bytes += message.length;
        const fate = it.fate(message);
        if (fate instanceof Error) throw fate;
        if (fate === 'nobody') return false;
        if (fate === 'lost') return true;
        if (fate === 'never') return new Promise(() => {});
        return inner.send(hub, message);
      },
    },
  };
  return it;
}
