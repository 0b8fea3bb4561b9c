/**
 * Metrics of the process: memory, file descriptors, garbage collection and event loop delay. One registry for all hubs
 * of the process, because the event loop monitor cannot be removed again.
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
