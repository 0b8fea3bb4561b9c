/**
 * Connections (legs) over a direct WebSocket between two hubs, without Redis. A direct leg is used if the
 * other hub has an address.
 */
import type { Socket } from 'node:net';
import { type Clock, type Leg, MAX_MESSAGE, UniCoreError } from '@unicore/protocol';
import { WebSocket } from 'ws';
import { HUB_PATH, legOver, type SocketMeter, SUBPROTOCOL } from '../sockets/index.ts';
import type { Directory } from './directory.ts';
import { greeted, type HubDialer, type LegEvents } from './hub-dialer.ts';
import type { HubTokens } from './hub-tokens.ts';

/**
 * Timeout for connecting to another hub, ms. Hubs on one network answer within milliseconds. If the hub does
 * not answer, this hub sends its messages through Redis.
 */
const CONNECT_MS = 1_000;
/**
 * Keepalive times of a connection (leg) between hubs, ms: the silence after which a PING is sent, and the
 * silence after which the other hub counts as dead. A connection through Redis has the same times.
 */
export const HUB_PATIENCE = { askMs: 500, deadMs: 1_500 };

export interface DirectOptions {
  directory: Directory;
  tokens: HubTokens;
  clock: Clock;
  meter: SocketMeter;
}

export class Direct implements HubDialer {
  readonly name = 'direct';
  readonly #options: DirectOptions;

  constructor(options: DirectOptions) {
    this.#options = options;
  }

  async dial(peer: string, events: LegEvents): Promise<Leg | undefined> {
    const card = await this.#options.directory.card(peer);
    return card?.peerUrl ? this.#open(card.peerUrl, peer, events) : undefined;
  }

  async #open(url: string, peer: string, events: LegEvents): Promise<Leg> {
    const { tokens, clock, meter } = this.#options;
    const token = await tokens.issue(peer);
    const { ws, socket } = await connect(new URL(HUB_PATH, url).href);
    return greeted(events, (handler) => {
      meter.opened('hub');
      return legOver({
        ws,
        socket,
        kind: 'hub',
        peer: 'hub',
        dial: { meta: { token } },
        patience: HUB_PATIENCE,
        clock,
        meter,
        handler: {
          ...handler,
          closed(code, message) {
            meter.closed('hub', code);
            handler.closed(code, message);
          },
        },
      });
    });
  }
}

function connect(url: string): Promise<{ ws: WebSocket; socket: Socket }> {
  return new Promise((resolve, reject) => {
    const ws = new WebSocket(url, SUBPROTOCOL, {
      perMessageDeflate: false,
      maxPayload: MAX_MESSAGE,
      handshakeTimeout: CONNECT_MS,
    });
    // Without an 'error' listener, an error of the WebSocket would end the process. Before the connection is
    // open, an error rejects the promise. Later errors need no action here, because a 'close' event follows
    // and is handled elsewhere.
    ws.on('error', (error) =>
      reject(new UniCoreError('LEG_LOST', `No hub answers at ${url}: ${error.message}`, { cause: error })),
    );
    ws.once('upgrade', ({ socket }) => ws.once('open', () => resolve({ ws, socket })));
  });
}
