/** Raw terminals: text and binary messages are input, binary messages are output. */
import { binaryMessage, type Framing } from './framing.ts';

const TYPED: Framing = { toChannel: (message) => [message], toClient: binaryMessage };
/** Drops the input. */
const WATCHED: Framing = { toChannel: () => [], toClient: binaryMessage };

export function terminalFraming(readOnly: boolean): Framing {
  return readOnly ? WATCHED : TYPED;
}
