/** What the rest of the hub uses of its metrics. */
export { createMetrics, type Metrics, type MetricsSources } from './metrics.ts';
