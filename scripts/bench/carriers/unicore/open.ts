/** Connects a consumer to a hub, and opens channels on this connection as byte streams of the benchmark. */
import { randomBytes } from 'node:crypto';
import { maskFor } from '@unicore/agent/tunnel/mask';
import { type Leg, Opener, systemClock, type WindowPool } from '@unicore/protocol';
import { fflateDeflater } from '@unicore/protocol/fflate';
import { type DialLegOptions, dialLeg } from '@unicore/server/testing/dial';
import { ChannelStream } from './channel-stream.ts';

/**
 * Connects to the hub as this user. Messages are masked in the same way as in the SDK. An internal error of
 * the protocol code ends the process.
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
 * Opens a terminal. Resolves when its channel is ready. `onData` also gets terminal output that arrives
 * before that.
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
    // The SDK uses the same implementation of deflate.
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
