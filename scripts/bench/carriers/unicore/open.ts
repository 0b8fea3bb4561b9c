/** Opens a consumer's channel to a terminal, as a bench stream. */
import { randomBytes } from 'node:crypto';
import { type Leg, Opener, systemClock, type WindowPool } from '@unicore/protocol';
import { fflateDeflater } from '@unicore/protocol/fflate';
import { ChannelStream } from './channel-stream.ts';

/** Resolves when the channel is attached. Bytes that arrive earlier go to onData as well. */
export function openTerminal(
  leg: Leg,
  terminalId: string,
  onData?: (bytes: Uint8Array) => void,
  windows?: WindowPool,
): Promise<ChannelStream> {
  const { promise, resolve } = Promise.withResolvers<ChannelStream>();
  const stream = new ChannelStream();
  if (onData) stream.onData(onData);
  const opener = new Opener({
    clock: systemClock,
    kind: 'terminal',
    // The SDK uses the same deflater.
    deflater: fflateDeflater,
    meta: () => ({ vmId: 'bench', terminalId }),
    random: randomBytes,
    leg: () => leg,
    resume: false,
    ...(windows && { windows }),
    handler: {
      ...stream.handler((message) => {
        throw new Error(`terminal ${terminalId} closed: ${message}`);
      }),
      attached: () => resolve(stream),
    },
  });
  stream.bind(opener);
  opener.attach();
  return promise;
}
