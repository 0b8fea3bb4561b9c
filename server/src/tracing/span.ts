/**
 * Tracing spans around control calls: the procedure, its duration and its error code. OpenTelemetry is not loaded here;
 * without startTracing() a call costs one check of a variable. Users' content is never in a span.
 */
import type { RpcTracing, TraceContext } from '@unicore/protocol/control';

/** Ids and procedure names. */
export type Attributes = Record<string, string>;

/** Marks the span as failed with an error code, for work that does not throw. */
export type Failed = (code: string) => void;

export interface Tracing {
  span<T>(name: string, attributes: Attributes, work: (failed: Failed) => Promise<T>): Promise<T>;
  /** Trace context of the caller's span. */
  here(): TraceContext | undefined;
  within<T>(context: TraceContext, work: () => T): T;
}

let tracing: Tracing | undefined;

export function useTracing(given: Tracing | undefined): void {
  tracing = given;
}

export function inSpan<T>(
  name: string,
  attributes: Attributes,
  work: (failed: Failed) => Promise<T>,
): Promise<T> {
  return tracing ? tracing.span(name, attributes, work) : work(() => {});
}

export function traceContext(): TraceContext | undefined {
  return tracing?.here();
}

export function withinTrace<T>(context: TraceContext | undefined, work: () => T): T {
  return tracing && context ? tracing.within(context, work) : work();
}

/** Tracing hooks for the control RPC. */
export const rpcTracing: RpcTracing = {
  span: (name, work) => inSpan(name, {}, work),
  here: traceContext,
  within: withinTrace,
};
