/** A hub in simulated time: its real endpoints, relay, gateway and control channels, with given users and VMs. */
import type { IncomingMessage } from 'node:http';
import { type Duplex, PassThrough } from 'node:stream';
import { UniCoreError } from '@unicore/protocol';
import type { SimClock } from '@unicore/protocol/sim';
import { ControlHost } from '@unicore/server/control';
import { NOWHERE_ELSE, Relay, type RelayMeter } from '@unicore/server/relay';
import {
  consumerEndpoint,
  type Endpoint,
  type GoAway,
  providerEndpoint,
  type SocketDeps,
  type SocketMeter,
  terminalEndpoint,
} from '@unicore/server/sockets';
import { NO_METER } from '@unicore/server/testing';
import { pino } from 'pino';
import type { WebSocket } from 'ws';
import type { LineEnd } from './line.ts';

/** Limit of queued bytes in the hub: more than sockets can fill here, so that no honest channel is purged. */
const QUEUE_BYTES = 256 * 2 ** 20;

/** VMs by id, with the owner and the provider of each. */
export type Vms = Readonly<Record<string, { owner: string; providerId: string }>>;

interface SimHubOptions {
  clock: SimClock;
  vms: Vms;
  /** Called with each error that the hub logs. */
  defect(error: Error): void;
}

export class SimHub {
  readonly relay: Relay;
  /** Number of channels that are joined. */
  joined = 0;
  readonly #deps: SocketDeps;
  readonly #goodbyes = new Map<LineEnd, GoAway>();
  readonly #log: pino.Logger;

  constructor({ clock, vms, defect }: SimHubOptions) {
    this.#log = pino({ level: 'error' }, { write: (line) => defect(new Error(`the hub logged ${line}`)) });
    const meter: RelayMeter & SocketMeter = {
      ...NO_METER,
      channels: (_, change) => {
        this.joined += change;
      },
    };
    this.relay = new Relay({
      clock,
      log: this.#log,
      meter,
      queueBytes: QUEUE_BYTES,
      elsewhere: NOWHERE_ELSE,
      async authorise({ userId }, vmId) {
        const vm = Object.hasOwn(vms, vmId) ? vms[vmId] : undefined;
        if (vm?.owner !== userId) throw new UniCoreError('NOT_FOUND', `There is no VM ${vmId}.`);
        return { providerId: vm.providerId, gen: 1, rights: 'write' };
      },
    });
    const control = new ControlHost({
      clock,
      log: this.#log,
      report: async () => [],
      orders: async () => [{ vmId: 'vm', gen: 1, desired: 'running', image: 'image', size: 'small' }],
    });
    this.#deps = {
      clock,
      log: this.#log,
      relay: this.relay,
      meter,
      addressOf: () => '',
      rotateMs: 3_000_000,
      hub: { hubId: 'hub', version: '0.0.0' },
      providers: {
        connected: ({ leg, providerId }) => control.open(leg, providerId),
        heard() {},
        beat() {},
        disconnected() {},
      },
      auth: {
        allowedOrigin: () => true,
        session: async () => undefined,
        bearer: async (token) => identity(/^token-(\w+)$/.exec(token)?.[1]),
        provider: async (token) => {
          const id = /^agent-(\w+)$/.exec(token)?.[1];
          if (id === undefined) throw new UniCoreError('UNAUTHENTICATED', 'The token is no provider’s.');
          return id;
        },
        consumerTicket: async () => undefined,
        redeemTicket: async (ticket) => {
          const holder = identity(/^ticket-(\w+)$/.exec(ticket)?.[1]);
          return holder && { identity: holder, readOnly: false };
        },
      },
    };
  }

  /** Lets a socket in at one of the hub's three endpoints. */
  admit(end: LineEnd, path: '/consumer' | '/provider' | '/terminal', query = ''): void {
    const endpoint: Endpoint = {
      '/consumer': consumerEndpoint,
      '/provider': providerEndpoint,
      '/terminal': terminalEndpoint,
    }[path];
    const ws = end as unknown as WebSocket;
    // A dummy socket for the hub to cork; nothing flows through it.
    const request = { headers: {}, socket: new PassThrough() as Duplex } as IncomingMessage;
    const url = new URL(`http://hub${path}${query}`);
    end.on('close', () => this.#goodbyes.delete(end));
    this.#goodbyes.set(end, endpoint({ ws, request, url, log: this.#log, greeted() {} }, this.#deps));
  }

  /** Sends all sockets away, as when the hub stops. */
  goAway(): void {
    for (const goodbye of this.#goodbyes.values()) goodbye(0);
  }
}

function identity(userId: string | undefined) {
  return userId === undefined ? undefined : { userId, sessionId: `s-${userId}` };
}
