/**
 * Metrics of this process: memory, file descriptors, garbage collection and event-loop delay. All hubs of a process
 * share one registry, since the event-loop monitor can't be removed again.
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
