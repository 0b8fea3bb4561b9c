/** A transport for tests of one end. The test itself is the other end. */

import type { Transport } from '../leg/index.ts';
import { decode, type Frame } from '../wire/index.ts';

/** Calls `hear` for each frame that is sent, in order. */
export function heardBy(hear: (frame: Frame) => void): Transport {
  return {
    buffered: 0,
    close: () => {},
    send: (message) => {
      for (let at = 0; at < message.length; ) {
        const { frame, end } = decode(message, at);
        at = end;
        hear(frame);
      }
    },
  };
}
