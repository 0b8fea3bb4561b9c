/** What the rest of the hub uses of tracing. Nothing here loads OpenTelemetry. */
export { type Attributes, inSpan, rpcTracing, useTracing } from './span.ts';
