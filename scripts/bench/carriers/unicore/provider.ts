/** A provider for benchmarks. It passes each terminal that it accepts to its caller as a byte stream. */
import { maskFor } from '@unicore/agent/tunnel/mask';
import { Acceptor, type OpenRequest, systemClock } from '@unicore/protocol';
import { zlibDeflater } from '@unicore/protocol/zlib';
import { dialLeg, HELLO } from '@unicore/server/testing/dial';
import { serve } from '../../../testing/processes/child.ts';
import { ChannelStream } from './channel-stream.ts';

export type ProviderCalls = { ready(): void };

/**
 * Accepts terminals in the place of the keeper (terminal daemon). Calls `opened` with the byte stream of each
 * terminal.
 */
export function streamAcceptor(opened: (stream: ChannelStream, request: OpenRequest) => void): Acceptor {
  return new Acceptor({
    clock: systemClock,
    deflater: zlibDeflater,
    accept(request) {
      const stream = new ChannelStream();
      const handler = stream.handler(() => {});
      stream.bind(request.accept(handler, { terminalId: 'main', viewer: 'bench' }));
      opened(stream, request);
    },
  });
}

/** Connects to the hub at this port, and tells the parent process when the connection is open. */
export async function serveProvider(
  port: string,
  opened: (stream: ChannelStream, request: OpenRequest) => void,
): Promise<void> {
  const acceptor = streamAcceptor(opened);
  const url = `ws://127.0.0.1:${port}/provider`;
  await dialLeg(url, {
    hello: { ...HELLO, token: 'agent-bench' },
    client: maskFor(url),
    open: (leg, open) => acceptor.open(leg, open),
  });
  const calls: ProviderCalls = { ready() {} };
  serve(calls);
}
