/**
 * Spans around control calls: who was asked what, for how long, and whether that failed. Nothing of OpenTelemetry is loaded
 * here; until start.ts has begun, a call costs one look at a variable. Content of users is never in a span.
 */
import type { RpcTracing, TraceContext } from '@unicore/protocol/control';

/** Ids and names of procedures. */
export type Attributes = Record<string, string>;

/** Tells that the work failed, where it does not throw. */
export type Failed = (code: string) => void;

export interface Tracing {
  span<T>(name: string, attributes: Attributes, work: (failed: Failed) => Promise<T>): Promise<T>;
  /** Of the span around whoever asks. */
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

/** What the control RPC uses of it. */
export const rpcTracing: RpcTracing = {
  span: (name, work) => inSpan(name, {}, work),
  here: traceContext,
  within: withinTrace,
};
