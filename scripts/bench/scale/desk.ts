/** One consumer: a client of its own with one terminal, whose keys must come back once and in order. */

import { maskFor } from '@unicore/agent/tunnel';
import { type ChannelSocket, createUniCore, type UniCore } from '@unicore/client/sdk';
import { WebSocket as WsSocket } from 'ws';
import type { Person } from './cast.ts';

export interface Seat extends Person {
  /** http://…, of its hub. */
  readonly hub: string;
  /** What a proxy in front of the hub would say of where it is. */
  readonly address: string;
}

/** Keys are a to z over and over, so that a wrong one shows. */
const FIRST_KEY = 'a'.charCodeAt(0);
const KEYS = 26;

export interface DeskEvents {
  /** due: when the key was to be typed. */
  echoed(due: number): void;
  /** The socket was there and is not any more. */
  lost(): void;
  /** The terminal is shown as reconnecting though there is a socket: it was detached, or has no answer for 3 s. */
  shownAway(): void;
  /** A key was lost, doubled or out of order, or the terminal ended. */
  broken(message: string): void;
}

export class Desk {
  /** The first key was echoed. */
  readonly ready: Promise<void>;
  readonly #events: DeskEvents;
  readonly #unicore: UniCore;
  readonly #socket: ChannelSocket;
  readonly #ready = Promise.withResolvers<void>();
  #typed = 0;
  /** When each key was due that has not been echoed. */
  readonly #pending: number[] = [];

  constructor({ hub, address, token, vmId }: Seat, events: DeskEvents) {
    this.#events = events;
    this.ready = this.#ready.promise;
    this.#unicore = createUniCore({ url: hub, getToken: () => token, WebSocket: socketsFrom(address) });
    const { onStatus } = this.#unicore;
    onStatus((status) => status === 'reconnecting' && events.lost());
    this.#socket = this.#unicore.openTerminal(vmId);
    this.#socket.onopen = () => this.type(performance.now());
    this.#socket.onmessage = ({ data }) => this.#heard(new Uint8Array(data as ArrayBuffer));
    this.#socket.onstatus = (status) => {
      const whole = this.#unicore.status === 'connected';
      if (whole && (status === 'reconnecting' || status === 'provider-offline')) events.shownAway();
    };
    this.#socket.onclose = ({ code, reason }) => events.broken(`a terminal closed with ${code}: ${reason}`);
  }

  /** Keys that wait for their echo. */
  get pending(): number {
    return this.#pending.length;
  }

  type(due: number): void {
    this.#pending.push(due);
    this.#socket.send(Uint8Array.of(keyOf(this.#typed++)));
  }

  #heard(keys: Uint8Array): void {
    for (const key of keys) {
      const expected = keyOf(this.#typed - this.#pending.length);
      const due = this.#pending.shift();
      if (due === undefined) return this.#events.broken('a key is echoed that nobody typed');
      if (key !== expected) return this.#events.broken(`key ${expected} is echoed as ${key}`);
      this.#events.echoed(due);
      this.#ready.resolve();
    }
  }
}

function keyOf(index: number): number {
  return FIRST_KEY + (index % KEYS);
}

/** Node's own WebSocket can send no headers. */
function socketsFrom(address: string): typeof globalThis.WebSocket {
  class From extends WsSocket {
    constructor(url: string, protocols: string[]) {
      const headers = { 'x-forwarded-for': address };
      super(url, protocols, { headers, perMessageDeflate: false, ...maskFor(url) });
      // 'close' follows, and says enough.
      this.on('error', () => {});
    }
  }
  return From as unknown as typeof globalThis.WebSocket;
}
