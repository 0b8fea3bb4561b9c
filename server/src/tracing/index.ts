/** The tracing functions for the rest of the hub. They do not load OpenTelemetry. */
export { type Attributes, inSpan, rpcTracing, useTracing } from './span.ts';
