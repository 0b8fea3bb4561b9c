/** The interface between hub and agent: its schemas, its methods, and the RPC that carries the calls. */
export * from './agent-calls.ts';
export * from './contract.ts';
export * from './desktop.ts';
export * from './desktop-calls.ts';
export { Id } from './ids.ts';
export { type ControlRpc, controlRpc } from './rpc.ts';
export { type RpcTracing, TraceContext } from './tracing.ts';
export * from './typing.ts';
