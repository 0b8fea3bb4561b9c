/**
 * Part of the fuzz run: a consumer (the client of a user). It has one socket to the hub, on which it can
 * open, use, resume and end terminals.
 */
import { type Clock, type ErrorCode, Opener } from '@unicore/protocol';
import { fflateDeflater } from '@unicore/protocol/fflate';
import type { Random } from '@unicore/protocol/sim';
import { zlibDeflater } from '@unicore/protocol/zlib';
import { CheckedStream, type CheckedStreamOptions } from './checked-stream.ts';
import { Peer, type PeerOptions } from './redialling-peer.ts';

/**
 * Each terminal gets one of these compressors (deflaters) at random: the slow one of the web page, the one of
 * programs, or none.
 */
const DEFLATERS = [
  { deflater: fflateDeflater },
  ...new Array(4).fill({ deflater: zlibDeflater }),
  {},
  {},
  {},
];

export interface ConsumerOptions {
  clock: Clock;
  token: string;
  random: Random;
  connect: PeerOptions['connect'];
  closed(code: string, reason: string): void;
  channelClosed(code: ErrorCode): void;
  defect(error: Error): void;
}

export class Consumer {
  readonly peer: Peer;
  readonly terminals = new Set<{ opener: Opener; stream: CheckedStream }>();
  readonly #options: ConsumerOptions;

  constructor(options: ConsumerOptions) {
    this.#options = options;
    const { clock, token, connect, closed, defect } = options;
    this.peer = new Peer({
      clock,
      connect,
      hello: () => ({ token }),
      handler: () => ({}),
      up: () => {
        for (const { opener } of this.terminals) opener.attach();
      },
      closed,
      defect,
    });
  }

  open(
    meta: { vmId: string; terminalId?: string },
    sequences: Omit<CheckedStreamOptions, 'closed'>,
  ): CheckedStream {
    const { clock, random, channelClosed } = this.#options;
    const stream = new CheckedStream({
      ...sequences,
      closed: (code) => {
        this.terminals.delete(terminal);
        channelClosed(code);
      },
    });
    const opener = new Opener({
      clock,
      kind: 'terminal',
      meta: () => meta,
      random: (bytes) => random.bytes(bytes),
      leg: () => this.peer.leg,
      resume: true,
      ...random.pick(DEFLATERS),
      handler: stream.handler,
    });
    stream.channel = opener;
    const terminal = { opener, stream };
    this.terminals.add(terminal);
    opener.attach();
    return stream;
  }

  stop(): void {
    for (const { opener } of this.terminals) opener.reset('OK', 'enough');
    this.peer.stop();
  }
}
