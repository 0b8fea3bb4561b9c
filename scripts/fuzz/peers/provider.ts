/** A provider: accepts terminals as the keeper does, and outlives its sockets. */
import {
  Acceptor,
  type Clock,
  type ErrorCode,
  FrameType,
  Messages,
  type OpenRequest,
  packMeta,
  UniCoreError,
} from '@unicore/protocol';
import {
  type AgentMethods,
  controlRpc,
  type HubMethods,
  type OpenTerminal,
  type VmOrder,
} from '@unicore/protocol/control';
import { zlibDeflater } from '@unicore/protocol/zlib';
import { HELLO } from '@unicore/server/testing';
import { Peer, type PeerOptions } from './peer.ts';
import type { Talker } from './talker.ts';

export interface ProviderOptions {
  clock: Clock;
  /** Asked for each socket. */
  token(): string | Promise<string>;
  connect: PeerOptions['connect'];
  /** The end of a channel of this user; it may say what it must get. */
  talker(user: string, terminalId: string, closed: (code: ErrorCode) => void): Talker;
  closed(code: string, reason: string): void;
  channelClosed(code: ErrorCode): void;
  defect(error: Error): void;
}

export class Provider {
  readonly acceptor: Acceptor;
  readonly peer: Peer;
  /** Living terminals, by the epoch of their channel. */
  readonly talkers = new Map<string, { talker: Talker; user: string }>();
  /** Machines that it was told to have. */
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
        if (this.talkers.get(channel.epochHex)?.user === userOf(auth)) return {};
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

  /** Epochs that it still knows. */
  get epochs(): number {
    return this.acceptor.size + this.#control.size;
  }

  #accept(request: OpenRequest): void {
    const user = userOf(request.auth);
    const { epochHex } = request;
    const { terminalId = '' } = (request.meta ?? {}) as { terminalId?: string };
    const talker = this.#options.talker(user, terminalId, (code) => {
      this.talkers.delete(epochHex);
      this.#options.channelClosed(code);
    });
    this.talkers.set(epochHex, { talker, user });
    talker.channel = request.accept(talker.handler, { terminalId: 'main', viewer: 'w1' });
  }

  #serve(request: OpenRequest): void {
    const messages = new Messages((value) => rpc.receive(value));
    const ignore = () => {};
    const apply = async (orders: VmOrder[]) => {
      const vms = orders.map(({ vmId, gen, desired }) => ({
        vmId,
        gen,
        phase: desired,
        code: null,
        reason: null,
      }));
      for (const { vmId } of orders) this.vms.add(vmId);
      // Not awaited: the hub hears of it after it has the answer to its order.
      rpc.remote.observed({ whole: false, vms }).catch(ignore);
    };
    const openTerminal = async ({ terminalId, cols, rows }: OpenTerminal) => {
      return { terminalId, title: '', cols, rows, viewers: 0, createdAt: 0 };
    };
    const rpc = controlRpc<HubMethods, Pick<AgentMethods, 'apply' | 'openTerminal'>>({
      local: { apply, openTerminal },
      post: (value) => messages.send(value),
      onError: ignore,
    });
    const closed = (code: ErrorCode, message: string) => rpc.close(new UniCoreError(code, message));
    messages.bind(request.accept({ data: messages.data, pull: messages.pull, closed }, {}));
  }
}

function userOf(auth: unknown): string {
  return (auth as { user?: string } | undefined)?.user ?? '';
}
