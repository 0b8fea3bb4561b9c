/**
 * Creates the metrics that /metrics exposes. Each hub has its own registry, so that several hubs can run in
 * one process.
 */
import { Gauge, Histogram, Registry } from 'prom-client';
import { type BackplaneMeter, createBackplaneMeter } from '../backplane/index.ts';
import type { HubMeter } from '../hubs/index.ts';
import type { RelayMeter } from '../relay/index.ts';
import type { SocketMeter } from '../sockets/index.ts';
import { createHubMeter } from './hubs.ts';
import { processMetrics } from './process.ts';
import { createRelayMeter } from './relay.ts';
import { createSocketMeter } from './sockets.ts';

/**
 * Upper bounds of the histogram's buckets for the duration of an HTTP request, in seconds. A cached read
 * takes about 1 ms. The longest wait for an agent's answer is 10 s.
 */
const HTTP_BUCKETS = [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10];

/** Values that the metrics read at each scrape by Prometheus. */
export interface MetricsSources {
  /** Returns the number of VMs in each phase. */
  phases(): Promise<ReadonlyMap<string, number>>;
  /** Resolves to true if this hub can reach the backplane, the data store shared by all hubs. */
  backplaneUp(): Promise<boolean>;
  /** Returns the number of bytes queued in the relay for each kind of receiving peer. */
  waiting(): ReadonlyMap<string, number>;
  /** Maximum number of bytes that may be queued in the relay. */
  queueBytes: number;
  /** Returns true while this hub is stopping and asks its peers to move to other hubs. */
  draining(): boolean;
}

export interface Metrics extends RelayMeter, SocketMeter, HubMeter {
  readonly backplane: BackplaneMeter;
  http(route: string, status: number, seconds: number): void;
  /** Returns the metrics in Prometheus' text format, and the content type. */
  read(): Promise<{ type: string; text: string }>;
}

export function createMetrics(sources: MetricsSources): Metrics {
  const { phases, backplaneUp, waiting, queueBytes, draining } = sources;
  const registry = new Registry();
  const registers = [registry];
  // The process metrics are created here, at startup. If they were created at the first scrape, they would
  // not cover the time before it.
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
