/**
 * What this process uses: memory, file descriptors, the collector, and how late its event loop is. One registry for all hubs of
 * the process, since what watches the loop cannot be taken away again.
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
