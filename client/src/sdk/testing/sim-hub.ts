/**
 * A simulated hub that is also the provider. Tests can close or refuse its sockets and make it forget its
 * shells.
 */
import {
  Acceptor,
  ERRORS,
  type ErrorCode,
  FrameType,
  Leg,
  type LegHandler,
  type OpenRequest,
  packMeta,
} from '@unicore/protocol';
import { SimClock, Wire } from '@unicore/protocol/sim';
import { FakeShell } from './fake-shell.ts';

/** Delay of the network in each direction, ms. */
const DELAY_MS = 5;

export class FakeHub {
  readonly clock = new SimClock();
  /** Metadata of each HELLO, one per connection. */
  readonly hellos: unknown[] = [];
  /** One shell per accepted channel. */
  readonly shells: FakeShell[] = [];
  /** Each OPEN frame that arrived. */
  readonly opens: unknown[] = [];
  /** Metadata that WELCOME carries. */
  welcome: unknown = {};
  /** The URL of each connection attempt. */
  readonly urls: string[] = [];
  /** Connections to URLs with this prefix fail. */
  away: string | undefined;
  /** Number of connection attempts. */
  dialled = 0;
  /** True: all connections fail, as if nothing listened. */
  down = false;
  /** Error code with which HELLO is answered. */
  refuse: ErrorCode | undefined;
  /** Error code of the RESET with which OPEN is answered. */
  refuseOpen: ErrorCode | undefined;
  /** Further metadata of ACCEPT. */
  accept: Record<string, unknown> = {};
  /** Accepts channels in place of the shells, if it returns true. */
  serve: ((request: OpenRequest) => boolean) | undefined;
  providerOnline = true;
  /** True: the network drops everything that the client sends. */
  deaf = false;
  #acceptor = this.#newAcceptor();
  #connections = new Set<FakeSocket>();

  /** A WebSocket class that connects to this hub. */
  get WebSocket(): typeof globalThis.WebSocket {
    const hub = this;
    class BoundSocket extends FakeSocket {
      constructor(url: string) {
        super(hub, url);
      }
    }
    return BoundSocket as unknown as typeof globalThis.WebSocket;
  }

  get shell(): FakeShell {
    return this.shells.at(-1)!;
  }

  get connected(): number {
    return this.#connections.size;
  }

  /** Closes every socket abnormally. Data in flight is lost. */
  cut(): void {
    for (const { wire } of [...this.#connections]) wire.cut();
  }

  /** Acts as if the provider had restarted. All channels are forgotten, and the client gets no message. */
  forget(): void {
    this.#acceptor = this.#newAcceptor();
  }

  closeAll(code: ErrorCode, message: string): void {
    for (const socket of this.#connections) socket.hub?.close(code, message);
  }

  /** Announces to every socket that the hub will close it in afterMs, and then closes it. */
  rotate(afterMs: number): void {
    for (const { hub: leg } of this.#connections) {
      leg?.send({ type: FrameType.GOAWAY, code: ERRORS.GOING_AWAY.number, afterMs });
      this.clock.after(afterMs, () => leg?.close('GOING_AWAY', 'too old'));
    }
  }

  /** Called by FakeSocket when it connects. If it returns undefined, the connection fails. */
  connect(socket: FakeSocket): Leg | undefined {
    this.dialled++;
    this.urls.push(socket.url);
    if (this.down || (this.away !== undefined && socket.url.startsWith(this.away))) return undefined;
    this.#connections.add(socket);
    const handler: LegHandler = {
      hello: (meta) => {
        this.hellos.push(meta);
        if (this.refuse) leg.close(this.refuse, 'refused by the test');
        else leg.welcome(this.welcome);
      },
      open: (frame) => {
        this.opens.push({ ...frame });
        if (this.providerOnline) this.#acceptor.open(leg, { ...frame, auth: packMeta({ user: 'u' }) });
        else leg.send({ type: FrameType.DETACHED, ch: frame.ch, code: 7 });
      },
      closed: () => this.#connections.delete(socket),
    };
    const leg = new Leg({ transport: socket.wire.b, clock: this.clock, peer: 'consumer', handler });
    socket.wire.connect(socket, leg);
    return leg;
  }

  #newAcceptor(): Acceptor {
    return new Acceptor({ clock: this.clock, accept: (request) => this.#accept(request) });
  }

  #accept(request: OpenRequest): void {
    if (this.refuseOpen) return request.refuse(this.refuseOpen, 'refused by the test');
    if (this.serve?.(request)) return;
    const shell = new FakeShell(request.meta);
    this.shells.push(shell);
    const viewer = `w${this.shells.length}`;
    shell.channel = request.accept(shell.handler, { terminalId: 'main', viewer, ...this.accept });
  }
}

/** The part of the WebSocket interface that the SDK uses. */
export class FakeSocket {
  binaryType = 'blob';
  bufferedAmount = 0;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: ArrayBuffer }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  /** The hub's end. */
  hub: Leg | undefined;
  readonly wire: Wire;
  readonly url: string;
  readonly #network: FakeHub;
  #closed = false;

  constructor(hub: FakeHub, url: string) {
    this.#network = hub;
    this.url = url;
    this.wire = new Wire(hub.clock, DELAY_MS);
    hub.clock.after(DELAY_MS, () => {
      if (this.#closed) return;
      this.hub = hub.connect(this);
      if (this.hub) this.onopen?.();
      else this.socketClosed(1006, '');
    });
  }

  send(message: Uint8Array): void {
    if (!this.#network.deaf) this.wire.a.send(message);
  }

  close(code = 1000, reason = ''): void {
    this.wire.a.close(code, reason);
    this.#network.clock.after(DELAY_MS, () => this.socketClosed(code, reason));
  }

  // ---- called by the wire

  receive(message: Uint8Array): void {
    this.onmessage?.({ data: message.slice().buffer });
  }

  socketClosed(code: number, reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.onclose?.({ code, reason });
  }

  drained(): void {}
}
