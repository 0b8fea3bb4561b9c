/** Tracing of control calls. The hub passes in OpenTelemetry. An agent does not trace calls. */
import { z } from 'zod';

/**
 * The W3C Trace Context that a call carries to another process. It names the trace to which the call belongs.
 */
export const TraceContext = z.object({ traceparent: z.string().max(100) });
export type TraceContext = z.infer<typeof TraceContext>;

export interface RpcTracing {
  /** Runs `work` inside a span with this name. */
  span<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** Returns the context of the current span; undefined outside a span. */
  here(): TraceContext | undefined;
  /** Runs `work` as part of the caller's trace, if the caller sent a trace context. */
  within<T>(context: TraceContext | undefined, work: () => T): T;
}

export const NO_TRACING: RpcTracing = {
  span: (_name, work) => work(),
  here: () => undefined,
  within: (_context, work) => work(),
};
