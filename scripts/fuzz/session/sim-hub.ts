/** The hub's real endpoints, relay, gateway and control channels in simulated time, with given users and VMs. */
import type { IncomingMessage } from 'node:http';
import { type Duplex, PassThrough } from 'node:stream';
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
import { identity, NO_METER, rightsIn, type TestVm, testAuth } from '@unicore/server/testing';
import { pino } from 'pino';
import type { WebSocket } from 'ws';
import type { LineEnd } from './line.ts';

/** Limit of the hub's send queues, more than all sockets here can fill, so that no honest channel is dropped. */
const QUEUE_BYTES = 256 * 2 ** 20;

interface SimHubOptions {
  clock: SimClock;
  /** By vmId. */
  vms: ReadonlyMap<string, TestVm>;
  /** Called with an error that the hub would have logged. */
  defect(error: Error): void;
}

export class SimHub {
  readonly relay: Relay;
  /** Channels that are joined. */
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
    const common = { clock, log: this.#log };
    this.relay = new Relay({
      ...common,
      meter,
      queueBytes: QUEUE_BYTES,
      elsewhere: NOWHERE_ELSE,
      authorise: rightsIn(vms),
    });
    const control = new ControlHost({
      ...common,
      report: async () => [],
      orders: async () => [{ vmId: 'vm', gen: 1, desired: 'running', image: 'image', size: 'small' }],
    });
    this.#deps = {
      ...common,
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
      auth: testAuth(async (ticket) => {
        const holder = identity(/^ticket-(\w+)$/.exec(ticket)?.[1]);
        return holder && { identity: holder, readOnly: false };
      }),
    };
  }

  /** Accepts a socket at one of the three endpoints. */
  admit(end: LineEnd, path: '/consumer' | '/provider' | '/terminal', query = ''): void {
    const endpoint: Endpoint = {
      '/consumer': consumerEndpoint,
      '/provider': providerEndpoint,
      '/terminal': terminalEndpoint,
    }[path];
    const ws = end as unknown as WebSocket;
    // Stands for the TCP socket, which the hub only corks.
    const request = { headers: {}, socket: new PassThrough() as Duplex } as IncomingMessage;
    const url = new URL(`http://hub${path}${query}`);
    end.on('close', () => this.#goodbyes.delete(end));
    this.#goodbyes.set(end, endpoint({ ws, request, url, log: this.#log, greeted() {} }, this.#deps));
  }

  /** Asks all peers to leave, as when the hub stops. */
  goAway(): void {
    for (const goodbye of this.#goodbyes.values()) goodbye(0);
  }
}
