/**
 * Part of the fuzz run: a provider without real VMs. It accepts terminals as the product's terminal daemon
 * (keeper) does. Its channels stay open when its socket to the hub is replaced.
 */
import {
  Acceptor,
  type Clock,
  type ErrorCode,
  FrameType,
  type OpenRequest,
  packMeta,
  UniCoreError,
} from '@unicore/protocol';
import { zlibDeflater } from '@unicore/protocol/zlib';
import { answerControl, HELLO, obedientAgent } from '@unicore/server/testing';
import type { CheckedStream } from './checked-stream.ts';
import { Peer, type PeerOptions } from './redialling-peer.ts';

export interface ProviderOptions {
  clock: Clock;
  /** Returns the token for the hub. Called for each new socket. */
  token(): string | Promise<string>;
  connect: PeerOptions['connect'];
  /** Creates the provider's end of a channel that a user opened to a terminal. */
  stream(user: string, terminalId: string, closed: (code: ErrorCode) => void): CheckedStream;
  closed(code: string, reason: string): void;
  channelClosed(code: ErrorCode): void;
  defect(error: Error): void;
}

export class Provider {
  readonly acceptor: Acceptor;
  readonly peer: Peer;
  /** Open terminals of users. The key is the epoch (id) of the terminal's channel. */
  readonly streams = new Map<string, { stream: CheckedStream; user: string }>();
  /** Ids of the VMs for which the hub has sent an order to this provider. */
  readonly vms = new Set<string>();
  #connSeq = 0;
  #beats = 0;
  readonly #options: ProviderOptions;
  readonly #control: Acceptor;

  constructor(options: ProviderOptions) {
    this.#options = options;
    const { clock, token, connect, closed, defect } = options;
    this.acceptor = new Acceptor({
      clock,
      deflater: zlibDeflater,
      accept: (request) => this.#accept(request),
      reattach: (channel, auth) => {
        if (this.streams.get(channel.epochHex)?.user === userOf(auth)) return {};
        throw new UniCoreError('EPOCH_LOST', 'this channel is no longer known');
      },
    });
    this.#control = new Acceptor({
      clock,
      deflater: zlibDeflater,
      accept: (request) => this.#serve(request),
    });
    this.peer = new Peer({
      clock,
      connect,
      hello: async () => ({ ...HELLO, token: await token(), connSeq: ++this.#connSeq }),
      handler: (leg) => ({
        open: (open) => (open.kind === 0 ? this.acceptor : this.#control).open(leg(), open),
      }),
      closed,
      defect,
    });
  }

  beat(): void {
    this.peer.leg?.send({ type: FrameType.BEAT, seq: ++this.#beats, meta: packMeta(HELLO.beat) });
  }

  /** Number of channels whose epoch (id) this provider still remembers. */
  get epochs(): number {
    return this.acceptor.size + this.#control.size;
  }

  #accept(request: OpenRequest): void {
    const user = userOf(request.auth);
    const { epochHex } = request;
    const { terminalId = '' } = (request.meta ?? {}) as { terminalId?: string };
    const stream = this.#options.stream(user, terminalId, (code) => {
      this.streams.delete(epochHex);
      this.#options.channelClosed(code);
    });
    this.streams.set(epochHex, { stream, user });
    stream.channel = request.accept(stream.handler, { terminalId: 'main', viewer: 'w1' });
  }

  #serve(request: OpenRequest): void {
    const agent = obedientAgent(() => hub);
    const { hub } = answerControl(request, {
      ...agent,
      apply: async (orders) => {
        for (const { vmId } of orders) this.vms.add(vmId);
        await agent.apply(orders);
      },
    });
  }
}

function userOf(auth: unknown): string {
  return (auth as { user?: string } | undefined)?.user ?? '';
}
