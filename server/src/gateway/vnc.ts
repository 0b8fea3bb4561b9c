/** Raw views of a desktop: binary messages both ways are bytes of RFB, as websockify has them. */
import { UniCoreError } from '@unicore/protocol';
import { binaryMessage, type Framing } from './framing.ts';

export const vncFraming: Framing = {
  toChannel(message, isBinary) {
    if (isBinary) return [message];
    throw new UniCoreError('BAD_REQUEST', 'RFB is binary, and this message is text. Send binary messages.');
  },
  toClient: binaryMessage,
};
