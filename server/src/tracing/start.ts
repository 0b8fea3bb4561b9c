/**
 * Sends spans by OTLP over HTTP to where OTEL_EXPORTER_OTLP_ENDPOINT says. Loaded only where that is set. What else the
 * exporter knows (OTEL_EXPORTER_OTLP_HEADERS and so on) counts, too.
 */
import { context, propagation, ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { UniCoreError } from '@unicore/protocol';
import { TraceContext } from '@unicore/protocol/control';
import { useTracing } from './span.ts';

const SERVICE = 'unicore-hub';
/** A collector that is away does not hold up a hub that stops. */
const EXPORT_MS = 2_000;

/** The result sends what was not sent yet, and ends it. */
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
        // The code alone: a sentence may hold what somebody wrote.
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
