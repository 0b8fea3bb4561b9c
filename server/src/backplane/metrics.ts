/** Prometheus metrics of the backplane. */
import { Counter, Histogram, type Registry } from 'prom-client';
import type { BackplaneMeter } from './meter.ts';

/**
 * Histogram buckets, seconds. They range from a round trip on loopback to the timeout of a call that Redis
 * does not answer.
 */
const BUCKETS = [0.0002, 0.0005, 0.001, 0.002, 0.005, 0.02, 0.1, 0.5, 1];

export function createBackplaneMeter(registry: Registry): BackplaneMeter {
  const registers = [registry];
  const calls = new Histogram({
    name: 'unicore_backplane_seconds',
    help: 'Calls to the backplane, seconds until they settled',
    labelNames: ['operation'],
    buckets: BUCKETS,
    registers,
  });
  const failures = new Counter({
    name: 'unicore_backplane_failures_total',
    help: 'Calls to the backplane that failed',
    labelNames: ['operation'],
    registers,
  });
  const reconnects = new Counter({
    name: 'unicore_backplane_reconnects_total',
    help: 'Connections to the backplane that came back after a loss',
    labelNames: ['connection'],
    registers,
  });
  const rebuilds = new Counter({
    name: 'unicore_backplane_rebuilds_total',
    help: 'Connections to the backplane that went silent and were replaced',
    labelNames: ['connection'],
    registers,
  });
  const dropped = new Counter({
    name: 'unicore_backplane_mail_dropped_total',
    help: 'Messages for hubs that did not listen',
    registers,
  });
  return {
    called(operation, seconds, succeeded) {
      calls.observe({ operation }, seconds);
      if (!succeeded) failures.inc({ operation });
    },
    reconnected: (connection) => reconnects.inc({ connection }),
    rebuilt: (connection) => rebuilds.inc({ connection }),
    dropped: () => dropped.inc(),
  };
}
