/** A peer of the hub that keeps to the protocol: it dials, and dials again when the socket is gone. */
import { type Clock, Leg, type LegHandler } from '@unicore/protocol';

/** Pause from the loss of a socket to the next dial, ms. */
const REDIAL_MS = 40;

/** The part of a WebSocket that a peer uses; real and simulated sockets have it. */
export interface Socket {
  send(message: Uint8Array, done: () => void): void;
  close(code: number, reason: string): void;
  terminate(): void;
  readonly bufferedAmount: number;
  on(event: 'message', listener: (message: Buffer) => void): unknown;
  on(event: 'close', listener: (code: number, reason: Buffer) => void): unknown;
}

export interface PeerOptions {
  clock: Clock;
  /** Resolves with an open socket. */
  connect: () => Promise<Socket>;
  /** Makes the metadata of HELLO, for each socket. */
  hello: () => unknown;
  handler: (leg: () => Leg) => Partial<LegHandler>;
  up?: () => void;
  closed: (code: string, reason: string) => void;
  defect: (error: Error) => void;
}

export class Peer {
  #leg: Leg | undefined;
  #socket: Socket | undefined;
  #stopped = false;
  #cut = false;
  readonly #options: PeerOptions;

  constructor(options: PeerOptions) {
    this.#options = options;
    void this.#dial();
  }

  get leg(): Leg | undefined {
    return this.#leg?.up ? this.#leg : undefined;
  }

  /** True if the newest socket was broken by cut(). */
  get wasCut(): boolean {
    return this.#cut;
  }

  cut(): void {
    this.#cut = true;
    this.#socket?.terminate();
  }

  stop(): void {
    this.#stopped = true;
    this.#leg?.close('OK', '');
  }

  async #dial(): Promise<void> {
    try {
      const [hello, socket] = await Promise.all([this.#options.hello(), this.#options.connect()]);
      if (this.#stopped) socket.terminate();
      else this.#greet(socket, hello);
    } catch (error) {
      this.#options.defect(new Error('a peer could not dial', { cause: error }));
    }
  }

  #greet(socket: Socket, hello: unknown): void {
    const { clock, handler, up, closed, defect } = this.#options;
    const drained = () => leg.drained();
    const leg: Leg = new Leg({
      clock,
      peer: 'hub',
      dial: { meta: hello },
      transport: {
        send: (message) => socket.send(message, drained),
        close: (code, reason) => socket.close(code, reason),
        get buffered() {
          return socket.bufferedAmount;
        },
      },
      handler: {
        ...handler(() => leg),
        fault: (error) => defect(new Error('a frame could not be handled', { cause: error })),
        welcome: () => up?.(),
        closed: (code, reason) => {
          closed(code, reason);
          clock.after(REDIAL_MS, () => this.#stopped || void this.#dial());
        },
      },
    });
    this.#leg = leg;
    this.#socket = socket;
    this.#cut = false;
    socket.on('message', (message) => leg.receive(message));
    socket.on('close', (code, reason) => leg.socketClosed(code, reason.toString()));
  }
}
