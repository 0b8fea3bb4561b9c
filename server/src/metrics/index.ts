/** The metrics of a hub, for the rest of it. */
export { createMetrics, type Metrics, type MetricsSources } from './metrics.ts';
