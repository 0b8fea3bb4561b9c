/** A typing client is one consumer with one terminal. It checks that each key is echoed once and in order. */

import { maskFor } from '@unicore/agent/tunnel';
import { createUniCore } from '@unicore/client/sdk';
import { WebSocket as WsSocket } from 'ws';
import { Typist } from '../../testing/typist.ts';
import type { Person } from './population.ts';

export interface ClientPlace extends Person {
  /** URL of the consumer's hub (http://…). */
  readonly hub: string;
  /** IP address of the consumer, as a proxy in front of the hub would report it. */
  readonly address: string;
}

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

/** Connects a consumer and types its first key; the returned `ready` settles when that key is echoed. */
export function connectTypist({ hub, address, token, vmId }: ClientPlace, events: TypingEvents) {
  const ready = Promise.withResolvers<void>();
  const unicore = createUniCore({ url: hub, getToken: () => token, WebSocket: socketsFrom(address) });
  unicore.onStatus((status) => status === 'reconnecting' && events.lost());
  const socket = unicore.openTerminal(vmId);
  const typist: Typist = new Typist({
    socket,
    now: () => performance.now(),
    ready: () => typist.type(),
    echo(due) {
      events.echoed(due);
      ready.resolve();
    },
    done() {},
    broken: events.broken,
  });
  socket.onstatus = (status) => {
    const isOnline = unicore.status === 'connected';
    if (isOnline && (status === 'reconnecting' || status === 'provider-offline')) events.shownAway();
  };
  return { typist, ready: ready.promise };
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
