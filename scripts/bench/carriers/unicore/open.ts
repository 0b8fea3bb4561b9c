/** Opens a consumer's connection to a hub, and channels on this connection as benchmark streams. */
import { randomBytes } from 'node:crypto';
import { maskFor } from '@unicore/agent/tunnel/mask';
import { type Leg, Opener, systemClock, type WindowPool } from '@unicore/protocol';
import { fflateDeflater } from '@unicore/protocol/fflate';
import { type DialLegOptions, dialLeg } from '@unicore/server/testing/dial';
import { ChannelStream } from './channel-stream.ts';

/**
 * Opens a socket to the hub as this user, with the same WebSocket masking as the SDK. An internal error ends
 * the process.
 */
export async function dialConsumer(
  port: string,
  user: string,
  options: Pick<DialLegOptions, 'onUpgrade' | 'heard'> = {},
): Promise<Leg> {
  const url = `ws://127.0.0.1:${port}/consumer`;
  const { leg } = await dialLeg(url, {
    hello: { token: `token-${user}` },
    client: maskFor(url),
    handler: {
      fault: (error) => {
        throw error;
      },
    },
    ...options,
  });
  return leg;
}

/**
 * Opens a terminal. Resolves when its channel is ready. `onData` also gets bytes that arrive before the
 * promise resolves.
 */
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
    // The SDK compresses with the same deflater.
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
