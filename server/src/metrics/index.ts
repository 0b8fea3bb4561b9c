/** The metrics' public interface for the rest of the hub. */
export { createMetrics, type Metrics, type MetricsSources } from './metrics.ts';
