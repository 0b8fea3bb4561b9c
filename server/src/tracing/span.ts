/**
 * Tracing spans around API calls of clients and around RPC calls of hubs and agents. A span contains the name
 * of the called procedure, its duration and whether it failed, but no data from users. This module does not
 * load OpenTelemetry. While tracing is off, a call costs only one check of a variable.
 */
import type { RpcTracing, TraceContext } from '@unicore/protocol/control';

/** Attributes of a span. They may contain only ids and names. */
export type Attributes = Record<string, string>;

/** Marks a span as failed when its work returns a failure instead of throwing. */
export type Failed = (code: string) => void;

export interface Tracing {
  span<T>(name: string, attributes: Attributes, work: (failed: Failed) => Promise<T>): Promise<T>;
  /** Returns the trace context of the current span. */
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

/** The tracing functions for RPC calls between hubs, and between a hub and an agent. */
export const rpcTracing: RpcTracing = {
  span: (name, work) => inSpan(name, {}, work),
  here: traceContext,
  within: withinTrace,
};
