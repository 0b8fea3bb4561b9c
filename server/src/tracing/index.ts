/** The tracing functions for the rest of the hub. Nothing here loads OpenTelemetry. */
export { type Attributes, inSpan, rpcTracing, useTracing } from './span.ts';
