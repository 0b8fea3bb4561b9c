/** A typing client is one consumer with one terminal. It checks that each key is echoed once and in order. */

import { maskFor } from '@unicore/agent/tunnel';
import { type ChannelSocket, createUniCore, type UniCore } from '@unicore/client/sdk';
import { WebSocket as WsSocket } from 'ws';
import type { Person } from './population.ts';

export interface ClientPlace extends Person {
  /** URL of the consumer's hub (http://…). */
  readonly hub: string;
  /** IP address of the consumer, as a proxy in front of the hub would report it. */
  readonly address: string;
}

/** Keys are a to z in turn, so that a wrong echo is noticed. */
const FIRST_KEY = 'a'.charCodeAt(0);
const KEYS = 26;

export interface TypingEvents {
  /** Called when a key was echoed. due: when the key should have been typed. */
  echoed(due: number): void;
  /** The consumer lost its socket. */
  lost(): void;
  /** The terminal is shown as reconnecting although its socket is up: it was detached, or had no answer for 3 s. */
  shownAway(): void;
  /** A key was lost, doubled or out of order, or the terminal ended. */
  broken(message: string): void;
}

export class TypingClient {
  /** Resolves when the first key was echoed. */
  readonly ready: Promise<void>;
  readonly #events: TypingEvents;
  readonly #unicore: UniCore;
  readonly #socket: ChannelSocket;
  readonly #ready = Promise.withResolvers<void>();
  #typed = 0;
  /** Due times of the keys that have not been echoed. */
  readonly #pending: number[] = [];

  constructor({ hub, address, token, vmId }: ClientPlace, events: TypingEvents) {
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

  /** Number of keys that wait for their echo. */
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
      if (due === undefined) return this.#events.broken('a key was echoed that had not been typed');
      if (key !== expected) return this.#events.broken(`key ${expected} is echoed as ${key}`);
      this.#events.echoed(due);
      this.#ready.resolve();
    }
  }
}

function keyOf(index: number): number {
  return FIRST_KEY + (index % KEYS);
}

/** WebSocket class that sends X-Forwarded-For; Node's own WebSocket cannot send headers. */
function socketsFrom(address: string): typeof globalThis.WebSocket {
  class From extends WsSocket {
    constructor(url: string, protocols: string[]) {
      const headers = { 'x-forwarded-for': address };
      super(url, protocols, { headers, perMessageDeflate: false, ...maskFor(url) });
      // A 'close' event follows, which is handled.
      this.on('error', () => {});
    }
  }
  return From as unknown as typeof globalThis.WebSocket;
}
