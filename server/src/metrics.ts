/** What /metrics shows. A registry for each hub, so that several may run in one process. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { type BackplaneMeter, createBackplaneMeter } from './backplane/index.ts';
import type { RelayMeter } from './relay/index.ts';
import type { SocketKind, SocketMeter } from './sockets/index.ts';

/** From a cached read to the 10 s that an agent may take to answer. */
const HTTP_BUCKETS = [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10];

/** What is asked when somebody reads. */
export interface MetricsSources {
  /** VMs by phase. */
  phases(): Promise<ReadonlyMap<string, number>>;
  /** Whether this hub can reach what hubs share. */
  backplaneUp(): Promise<boolean>;
}

export interface Metrics extends RelayMeter, SocketMeter {
  readonly backplane: BackplaneMeter;
  http(route: string, status: number, seconds: number): void;
  /** The text that Prometheus reads, and its content type. */
  read(): Promise<{ type: string; text: string }>;
}

export function createMetrics({ phases, backplaneUp }: MetricsSources): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const sockets = new Gauge({
    name: 'unicore_sockets',
    help: 'Open WebSockets',
    labelNames: ['kind'],
    registers,
  });
  const closes = new Counter({
    name: 'unicore_socket_closes_total',
    help: 'Closed WebSockets, by why',
    labelNames: ['kind', 'code'],
    registers,
  });
  const channels = new Gauge({ name: 'unicore_channels', help: 'Channels joined now', registers });
  const refused = new Counter({
    name: 'unicore_refused_total',
    help: 'Sockets and channels refused, by why',
    labelNames: ['code'],
    registers,
  });
  const requests = new Histogram({
    name: 'unicore_http_seconds',
    help: 'HTTP requests, seconds until the answer ended',
    labelNames: ['route', 'status'],
    buckets: HTTP_BUCKETS,
    registers,
  });
  new Gauge({
    name: 'unicore_vms',
    help: 'VMs by recorded state',
    labelNames: ['state'],
    registers,
    async collect() {
      this.reset();
      for (const [state, count] of await phases()) this.set({ state }, count);
    },
  });
  new Gauge({
    name: 'unicore_backplane_up',
    help: '1: this hub can reach what hubs share',
    registers,
    async collect() {
      this.set((await backplaneUp()) ? 1 : 0);
    },
  });
  const frames = new Tally(registry, 'unicore_frames_forwarded', 'passed from one leg to another');
  const messages = {
    in: new Tally(registry, 'unicore_socket_in', 'received as WebSocket messages'),
    out: new Tally(registry, 'unicore_socket_out', 'sent as WebSocket messages'),
  };
  return {
    backplane: createBackplaneMeter(registry),
    opened: (kind: SocketKind) => sockets.inc({ kind }),
    closed(kind, code) {
      sockets.dec({ kind });
      closes.inc({ kind, code });
    },
    message: (_, direction, bytes) => messages[direction].add(bytes),
    channels: (change) => channels.inc(change),
    forwarded: (bytes) => frames.add(bytes),
    refused: (code) => refused.inc({ code }),
    http: (route, status, seconds) => requests.observe({ route, status: String(status) }, seconds),
    read: async () => ({ type: registry.contentType, text: await registry.metrics() }),
  };
}

/** Things and their bytes, counted in plain numbers because it happens for each frame. */
class Tally {
  #count = 0;
  #bytes = 0;

  constructor(registry: Registry, name: string, what: string) {
    const counter = (suffix: string, help: string, value: () => number) =>
      new Counter({
        name: `${name}_${suffix}`,
        help,
        registers: [registry],
        collect() {
          this.reset();
          this.inc(value());
        },
      });
    counter('total', `How many were ${what}`, () => this.#count);
    counter('bytes_total', `Bytes ${what}`, () => this.#bytes);
  }

  add(bytes: number): void {
    this.#count += 1;
    this.#bytes += bytes;
  }
}
