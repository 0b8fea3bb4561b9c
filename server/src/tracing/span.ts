/**
 * Spans around control calls: the procedure, its duration and whether it failed, but never content of users. Nothing of
 * OpenTelemetry is loaded here. Until tracing is started, a call costs one look at a variable.
 */
import type { RpcTracing, TraceContext } from '@unicore/protocol/control';

/** Attributes of a span: ids and names only. */
export type Attributes = Record<string, string>;

/** Marks a span as failed if its work does not throw. */
export type Failed = (code: string) => void;

export interface Tracing {
  span<T>(name: string, attributes: Attributes, work: (failed: Failed) => Promise<T>): Promise<T>;
  /** The trace context of the current span. */
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

/** The tracing that is handed to the control RPC. */
export const rpcTracing: RpcTracing = {
  span: (name, work) => inSpan(name, {}, work),
  here: traceContext,
  within: withinTrace,
};
