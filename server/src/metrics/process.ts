/**
 * Metrics of the process: memory, file descriptors, garbage collection and event loop delay. All hubs in the
 * process share one registry, because the event loop monitor cannot be removed once it runs.
 */
import { collectDefaultMetrics, Registry } from 'prom-client';

let registry: Registry | undefined;

export function processMetrics(): Registry {
  if (!registry) {
    registry = new Registry();
    collectDefaultMetrics({ register: registry });
  }
  return registry;
}
