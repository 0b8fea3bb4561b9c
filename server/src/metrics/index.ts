/** The public interface of the hub's metrics. */
export { createMetrics, type Metrics, type MetricsSources } from './metrics.ts';
