/** A provider in simulated time: accepts terminals as the keeper does, and outlives its sockets. */
import {
  Acceptor,
  type ErrorCode,
  FrameType,
  Messages,
  type OpenRequest,
  packMeta,
  UniCoreError,
} from '@unicore/protocol';
import type { SimClock } from '@unicore/protocol/sim';
import { zlibDeflater } from '@unicore/protocol/zlib';
import type { AgentMethods, HubMethods } from '../../../server/src/control/contract.ts';
import { controlRpc } from '../../../server/src/control/rpc.ts';
import { HELLO } from '../../../server/src/testing/hello.ts';
import type { SimHub } from './hub.ts';
import type { LineOptions } from './line.ts';
import { Peer } from './peer.ts';
import type { Talker } from './talker.ts';

export interface ProviderOptions {
  id: string;
  clock: SimClock;
  hub: SimHub;
  line: () => Omit<LineOptions, 'clock'>;
  /** The end of a channel of this user; it may say what it must get. */
  talker(user: string, terminalId: string, closed: (code: ErrorCode) => void): Talker;
  closed(code: string): void;
  channelClosed(code: ErrorCode): void;
  defect(error: Error): void;
}

export class Provider {
  readonly acceptor: Acceptor;
  readonly peer: Peer;
  /** Living terminals, by the epoch of their channel. */
  readonly talkers = new Map<string, { talker: Talker; user: string }>();
  #connSeq = 0;
  #beats = 0;
  readonly #options: ProviderOptions;
  readonly #control: Acceptor;

  constructor(options: ProviderOptions) {
    this.#options = options;
    const { clock, id, hub, line, closed, defect } = options;
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
      line,
      hello: () => ({ ...HELLO, token: `agent-${id}`, connSeq: ++this.#connSeq }),
      admit: (far) => void hub.admit(far, '/provider'),
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
    const none = async () => {};
    const rpc = controlRpc<HubMethods, Pick<AgentMethods, 'apply'>>({
      local: { apply: none },
      post: (value) => messages.send(value),
      onError: none,
    });
    const closed = (code: ErrorCode, message: string) => rpc.close(new UniCoreError(code, message));
    messages.bind(request.accept({ data: messages.data, pull: messages.pull, closed }, {}));
    rpc.remote.observed({ whole: true, vms: [] }).catch(none);
  }
}

function userOf(auth: unknown): string {
  return (auth as { user?: string } | undefined)?.user ?? '';
}
