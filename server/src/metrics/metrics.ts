/** The hub's Prometheus metrics. Each hub has its own registry, so that several hubs can run in one process. */
import { Gauge, Histogram, Registry } from 'prom-client';
import { type BackplaneMeter, createBackplaneMeter } from '../backplane/index.ts';
import type { HubMeter } from '../hubs/index.ts';
import type { RelayMeter } from '../relay/index.ts';
import type { SocketMeter } from '../sockets/index.ts';
import { createHubMeter } from './hubs.ts';
import { processMetrics } from './process.ts';
import { createRelayMeter } from './relay.ts';
import { createSocketMeter } from './sockets.ts';

/** Upper bounds in seconds, from a cached read to the 10 s that an agent may take to answer. */
const HTTP_BUCKETS = [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10];

/** Values that are queried when Prometheus scrapes the hub. */
export interface MetricsSources {
  /** Number of VMs by phase. */
  phases(): Promise<ReadonlyMap<string, number>>;
  /** Whether this hub can reach the backplane. */
  backplaneUp(): Promise<boolean>;
  /** Bytes that wait in the relay, by the kind of peer that should read them. */
  waiting(): ReadonlyMap<string, number>;
  /** Limit on the bytes that may wait in the relay. */
  queueBytes: number;
  /** Whether this hub is draining: it will stop and asks its peers to move to other hubs. */
  draining(): boolean;
}

export interface Metrics extends RelayMeter, SocketMeter, HubMeter {
  readonly backplane: BackplaneMeter;
  http(route: string, status: number, seconds: number): void;
  /** The metrics in Prometheus's text format, with their content type. */
  read(): Promise<{ type: string; text: string }>;
}

export function createMetrics(sources: MetricsSources): Metrics {
  const { phases, backplaneUp, waiting, queueBytes, draining } = sources;
  const registry = new Registry();
  const registers = [registry];
  // Process metrics are collected from the start, not only from the first scrape.
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
    help: '1: this hub can reach the backplane',
    registers,
    async collect() {
      this.set((await backplaneUp()) ? 1 : 0);
    },
  });
  new Gauge({
    name: 'unicore_draining',
    help: '1: this hub will stop, and asks its peers to move to other hubs',
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
