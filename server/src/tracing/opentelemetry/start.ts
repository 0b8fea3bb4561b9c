/**
 * Exports tracing spans by OTLP over HTTP to OTEL_EXPORTER_OTLP_ENDPOINT. This module is loaded only if that
 * variable is set. The exporter also reads OTEL_EXPORTER_OTLP_HEADERS and similar variables.
 */
import { context, propagation, ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { UniCoreError } from '@unicore/protocol';
import { TraceContext } from '@unicore/protocol/control';
import { useTracing } from '../span.ts';

const SERVICE = 'unicore-hub';
/** Timeout of an export, ms. Without a short timeout, an unreachable collector would delay a stopping hub. */
const EXPORT_MS = 2_000;

/** Starts tracing. The returned function exports the remaining spans and stops tracing. */
export function startTracing(): () => Promise<void> {
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': SERVICE }),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ timeoutMillis: EXPORT_MS }))],
  });
  provider.register();
  const tracer = trace.getTracer(SERVICE);
  useTracing({
    span: (name, attributes, work) =>
      tracer.startActiveSpan(name, { attributes }, async (span) => {
        // A span contains only the error's code, because the error's message may contain text from users.
        const failed = (code: string) => span.setStatus({ code: SpanStatusCode.ERROR, message: code });
        try {
          return await work(failed);
        } catch (error) {
          failed(error instanceof UniCoreError ? error.code : 'INTERNAL');
          throw error;
        } finally {
          span.end();
        }
      }),
    here() {
      const carrier: Record<string, string> = {};
      propagation.inject(context.active(), carrier);
      return TraceContext.safeParse(carrier).data;
    },
    within: (carrier, work) => context.with(propagation.extract(ROOT_CONTEXT, carrier), work),
  });
  return async () => {
    useTracing(undefined);
    await provider.shutdown();
    trace.disable();
    context.disable();
    propagation.disable();
  };
}
