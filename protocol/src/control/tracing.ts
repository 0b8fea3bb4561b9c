/** How control calls show up in traces. The hub hands in OpenTelemetry; an agent traces nothing. */
import { z } from 'zod';

/** The trace that a call belongs to, as it travels to another process: W3C Trace Context. */
export const TraceContext = z.object({ traceparent: z.string().max(100) });
export type TraceContext = z.infer<typeof TraceContext>;

export interface RpcTracing {
  /** Runs the work inside a span of this name. */
  span<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** The context of the current span; undefined outside a span. */
  here(): TraceContext | undefined;
  /** Runs the work as part of the caller's trace, if the caller sent one. */
  within<T>(context: TraceContext | undefined, work: () => T): T;
}

export const NO_TRACING: RpcTracing = {
  span: (_name, work) => work(),
  here: () => undefined,
  within: (_context, work) => work(),
};
