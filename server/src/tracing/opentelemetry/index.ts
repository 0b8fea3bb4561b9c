/**
 * The exporter of tracing spans. This module is imported only when tracing is used, because it loads
 * OpenTelemetry.
 */
export { startTracing } from './start.ts';
