/**
 * Part of the fuzz run: runs the hub's real endpoints, relay, gateway and control channels in simulated time.
 * The caller provides the VMs.
 */
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
import {
  desktopRightsIn,
  identity,
  NO_METER,
  rightsIn,
  type TestVm,
  testAuth,
} from '@unicore/server/testing';
import { pino } from 'pino';
import type { WebSocket } from 'ws';
import type { LineEnd } from './line.ts';

/**
 * Limit of the hub's send queues, bytes. All sockets of a fuzzing case together cannot fill the queues, so
 * the hub drops no channel of an honest peer.
 */
const QUEUE_BYTES = 256 * 2 ** 20;

interface SimHubOptions {
  clock: SimClock;
  /** The VMs that the hub knows. The key is the vmId. */
  vms: ReadonlyMap<string, TestVm>;
  /** Called with each error that the hub would have logged. */
  defect(error: Error): void;
}

export class SimHub {
  readonly relay: Relay;
  /** Number of channels that the hub relays at this moment. */
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
      authoriseDesktop: desktopRightsIn(new Map()),
    });
    const control = new ControlHost({
      ...common,
      report: async () => [],
      orders: async () => [{ vmId: 'vm', gen: 1, desired: 'running', image: 'image', size: 'small' }],
      desktops: { report: async () => [], orders: async () => [] },
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

  /** Lets the hub accept a simulated socket at one of its three WebSocket endpoints. */
  admit(end: LineEnd, path: '/consumer' | '/provider' | '/terminal', query = ''): void {
    const endpoint: Endpoint = {
      '/consumer': consumerEndpoint,
      '/provider': providerEndpoint,
      '/terminal': terminalEndpoint,
    }[path];
    const ws = end as unknown as WebSocket;
    // An unused stream in place of the TCP socket. The hub uses the TCP socket only to cork and uncork
    // writes.
    const request = { headers: {}, socket: new PassThrough() as Duplex } as IncomingMessage;
    const url = new URL(`http://hub${path}${query}`);
    end.on('close', () => this.#goodbyes.delete(end));
    this.#goodbyes.set(end, endpoint({ ws, request, url, log: this.#log, greeted() {} }, this.#deps));
  }

  /** Asks all peers to disconnect, as the hub does when it stops. */
  goAway(): void {
    for (const goodbye of this.#goodbyes.values()) goodbye(0);
  }
}
