/** The exporter of tracing spans. Imported lazily, so that OpenTelemetry is loaded only if it is used. */
export { startTracing } from './start.ts';
