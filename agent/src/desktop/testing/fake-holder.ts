/**
 * A holder without display and browser. It speaks the real protocol on any byte stream. Its channels return the
 * bytes that they receive, except control channels.
 */
import { rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import type { Duplex } from 'node:stream';
import { Acceptor, type Clock, Leg, type OpenRequest, Outbox, systemClock } from '@unicore/protocol';
import { acceptRpc, StreamTransport } from '../../local/index.ts';
import { type HolderMethods, type HolderNews, type HolderStatus, Limits } from '../holder/index.ts';

export const BOOTING: HolderStatus = {
  phase: 'booting',
  code: null,
  reason: null,
  isolation: 'sandboxed',
  use: { ms: 0, sentBytes: 0 },
};
/** Not a real picture, because nobody looks at it. It is larger than one message of the protocol. */
const PICTURE = {
  pictureId: 'p',
  png: Uint8Array.from({ length: 200_000 }, (_, i) => i % 251),
  width: 1,
  height: 1,
  more: false,
};

export class FakeHolder {
  status = BOOTING;
  /** Calls so far, such as `limit 1000 500` and `end OK`. */
  readonly calls: string[] = [];
  /** The kinds of all channels that were opened, except control channels. */
  readonly opened: string[] = [];
  /** `end` answers only after this promise has resolved. */
  endGate: Promise<void> = Promise.resolve();
  /** Called when the holder has answered `end` and exits. */
  exited: () => void = () => undefined;
  readonly #clock: Clock;
  readonly #acceptor: Acceptor;
  readonly #legs = new Set<Leg>();
  readonly #agents = new Set<HolderNews>();

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
    this.#acceptor = new Acceptor({ clock, accept: (request) => this.#accept(request) });
  }

  /** Serves one connection. */
  serve(stream: Duplex): void {
    const transport = new StreamTransport(stream);
    const leg: Leg = new Leg({
      transport,
      clock: this.#clock,
      peer: 'tunnel',
      handler: {
        hello: () => leg.welcome({}),
        open: (open) => this.#acceptor.open(leg, open),
        closed: () => this.#legs.delete(leg),
      },
    });
    this.#legs.add(leg);
    transport.attach(leg);
  }

  /** Serves all connections to a unix socket. */
  async listen(path: string): Promise<Server> {
    const server = createServer((stream) => this.serve(stream));
    await rm(path, { force: true });
    await new Promise<void>((listening) => server.listen(path, listening));
    return server;
  }

  /** Changes the status and reports it. */
  tell(status: Partial<HolderStatus>): void {
    this.status = { ...this.status, ...status };
    for (const agent of this.#agents) void agent.changed(this.status).catch(() => undefined);
  }

  /** Closes all connections, as if the network or the engine had failed. */
  cut(): void {
    for (const leg of this.#legs) leg.close('LEG_LOST', 'cut');
  }

  get connections(): number {
    return this.#legs.size;
  }

  readonly #methods: HolderMethods = {
    status: async () => this.status,
    limit: async (limits) => {
      const { lifeMs, idleMs, budget } = Limits.strict().parse(limits);
      this.calls.push(`limit ${lifeMs} ${idleMs}${budget ? ` ${budget.dollars} $` : ''}`);
    },
    control: async ({ user, take }) => {
      this.calls.push(`control ${user} ${take}`);
      return { holder: { kind: 'viewer', id: 'v', name: user }, since: 0 };
    },
    screenshot: async () => PICTURE,
    end: async ({ code, reason }) => {
      this.calls.push(`end ${code}`);
      await this.endGate;
      this.status = { ...this.status, phase: 'ended', code, reason };
      setImmediate(() => {
        this.cut();
        this.exited();
      });
      return this.status;
    },
  };

  #accept(request: OpenRequest): void {
    if (request.kind !== 'control') return this.#echo(request);
    const { remote: agent } = acceptRpc<HolderNews, HolderMethods>(request, {
      local: this.#methods,
      onError: () => undefined,
      closed: () => this.#agents.delete(agent),
    });
    this.#agents.add(agent);
    void agent.changed(this.status).catch(() => undefined);
  }

  #echo(request: OpenRequest): void {
    this.opened.push(request.kind);
    const outbox = new Outbox();
    const channel = request.accept(
      {
        data(bytes) {
          outbox.push(bytes);
          channel.wake();
          channel.consumed(bytes.length);
        },
        pull: (max) => outbox.pull(max),
        closed: () => undefined,
      },
      { holder: 'h' },
    );
  }
}
