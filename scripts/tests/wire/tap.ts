/** A proxy in front of a hub that sees every message of its WebSockets. It passes HTTP unchanged. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';

export type Side = 'dialler' | 'hub';
/** Called with each message when the proxy passes it on. */
export type Listener = (leg: TappedLeg, by: Side, message: Uint8Array, binary: boolean) => void;

/**
 * Number of buffered bytes above which the source is paused, so that a flood does not fill the proxy's
 * memory.
 */
const HIGH_WATER_BYTES = 1024 * 1024;
/** Headers that each of the two connections negotiates separately. */
const PER_CONNECTION = /^(connection|upgrade|sec-websocket-.*)$/;

export class Tap {
  /** Port of the hub on the loopback address. */
  target = 0;
  readonly legs = new Set<TappedLeg>();
  readonly #heard: Listener;
  readonly #server: Server;
  readonly #sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });

  private constructor(heard: Listener) {
    this.#heard = heard;
    this.#server = createServer((incoming, answer) => this.#relay(incoming, answer));
    this.#server.on('upgrade', (incoming, socket, head) => this.#upgrade(incoming, socket, head));
  }

  static async open(heard: Listener): Promise<Tap> {
    const tap = new Tap(heard);
    tap.#server.listen(0, '127.0.0.1');
    await once(tap.#server, 'listening');
    return tap;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Returns the newest leg whose client used this URL path. */
  leg(path: string): TappedLeg {
    const leg = [...this.legs].findLast((one) => one.path === path);
    if (leg === undefined) throw new Error(`Nobody is connected to ${path}.`);
    return leg;
  }

  close(): void {
    for (const leg of this.legs) leg.cut();
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #relay(incoming: IncomingMessage, answer: ServerResponse): void {
    const { method, url: path, headers } = incoming;
    const onward = request({ host: '127.0.0.1', port: this.target, method, path, headers }, (result) => {
      answer.writeHead(result.statusCode ?? 502, result.headers);
      result.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    answer.on('close', () => onward.destroy());
    incoming.pipe(onward);
  }

  #upgrade(incoming: IncomingMessage, socket: Duplex, head: Buffer): void {
    const path = incoming.url ?? '/';
    const headers = Object.fromEntries(
      Object.entries(incoming.headers).filter(([name]) => !PER_CONNECTION.test(name)),
    );
    const protocols = incoming.headers['sec-websocket-protocol']?.split(/, */) ?? [];
    const hub = new WebSocket(`ws://127.0.0.1:${this.target}${path}`, protocols, {
      headers,
      perMessageDeflate: false,
    });
    hub.on('error', () => socket.destroy());
    hub.once('open', () => {
      this.#sockets.handleUpgrade(incoming, socket, head, (dialler) => {
        const leg = new TappedLeg(path.replace(/\?.*/, ''), { dialler, hub }, this.#heard);
        this.legs.add(leg);
        dialler.once('close', () => this.legs.delete(leg));
      });
    });
  }
}

/** One WebSocket that passes through the proxy. */
export class TappedLeg {
  readonly path: string;
  readonly #ends: Readonly<Record<Side, WebSocket>>;
  readonly #heard: Listener;
  readonly #held: Record<Side, Uint8Array[] | undefined> = { dialler: undefined, hub: undefined };

  constructor(path: string, ends: Readonly<Record<Side, WebSocket>>, heard: Listener) {
    this.path = path;
    this.#ends = ends;
    this.#heard = heard;
    for (const by of ['dialler', 'hub'] as const) {
      ends[by].on('message', (message: Buffer, binary) => {
        const held = this.#held[by];
        if (held === undefined) this.#pass(by, message, binary);
        else held.push(message);
      });
      ends[by].on('error', () => {});
      ends[by].on('close', (code, reason) => {
        const far = ends[opposite(by)];
        // Codes 1005 and 1006 mean that the close had no code. These codes may not be sent.
        if (code === 1000 || code >= 3000) far.close(code, reason);
        else far.terminate();
      });
    }
  }

  /** Holds back messages from this side until release() is called. */
  hold(by: Side): void {
    this.#held[by] ??= [];
  }

  release(by: Side): void {
    const held = this.#held[by] ?? [];
    this.#held[by] = undefined;
    for (const message of held) this.#pass(by, message, true);
  }

  /** Cuts both sockets without a close frame. */
  cut(): void {
    for (const socket of Object.values(this.#ends)) socket.terminate();
  }

  #pass(by: Side, message: Uint8Array, binary: boolean): void {
    const [from, to] = [this.#ends[by], this.#ends[opposite(by)]];
    this.#heard(this, by, message, binary);
    to.send(message, { binary }, () => from.resume());
    if (to.bufferedAmount >= HIGH_WATER_BYTES) from.pause();
  }
}

const opposite = (side: Side): Side => (side === 'hub' ? 'dialler' : 'hub');
