/** The metrics that /metrics exposes. Each hub has its own registry, so that several may run in one process. */
import { Gauge, Histogram, Registry } from 'prom-client';
import { type BackplaneMeter, createBackplaneMeter } from '../backplane/index.ts';
import type { HubMeter } from '../hubs/index.ts';
import type { RelayMeter } from '../relay/index.ts';
import type { SocketMeter } from '../sockets/index.ts';
import { createHubMeter } from './hubs.ts';
import { processMetrics } from './process.ts';
import { createRelayMeter } from './relay.ts';
import { createSocketMeter } from './sockets.ts';

/** Upper bounds in seconds: from a cached read to the 10 s that an agent may take to answer. */
const HTTP_BUCKETS = [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10];

/** Values that are read each time when Prometheus scrapes. */
export interface MetricsSources {
  /** VMs by phase. */
  phases(): Promise<ReadonlyMap<string, number>>;
  /** Whether this hub can reach the backplane. */
  backplaneUp(): Promise<boolean>;
  /** Bytes queued in the relay, by the kind of peer that they are for. */
  waiting(): ReadonlyMap<string, number>;
  /** Limit of the bytes that are queued in the relay. */
  queueBytes: number;
  /** Whether this hub is stopping and sends its peers to others. */
  draining(): boolean;
}

export interface Metrics extends RelayMeter, SocketMeter, HubMeter {
  readonly backplane: BackplaneMeter;
  http(route: string, status: number, seconds: number): void;
  /** The text for Prometheus, and its content type. */
  read(): Promise<{ type: string; text: string }>;
}

export function createMetrics(sources: MetricsSources): Metrics {
  const { phases, backplaneUp, waiting, queueBytes, draining } = sources;
  const registry = new Registry();
  const registers = [registry];
  // Process metrics are collected from now on, not from the first scrape on.
  processMetrics();
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
  new Gauge({
    name: 'unicore_draining',
    help: '1: this hub stops, and sends its peers to others',
    registers,
    collect() {
      this.set(draining() ? 1 : 0);
    },
  });
  return {
    ...createRelayMeter(registry, waiting, queueBytes),
    ...createSocketMeter(registry),
    ...createHubMeter(registry),
    backplane: createBackplaneMeter(registry),
    http: (route, status, seconds) => requests.observe({ route, status: String(status) }, seconds),
    async read() {
      const [own, ofProcess] = await Promise.all([registry.metrics(), processMetrics().metrics()]);
      return { type: registry.contentType, text: `${own}\n${ofProcess}` };
    },
  };
}
