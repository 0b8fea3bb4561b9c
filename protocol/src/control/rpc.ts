/**
 * The RPC between hub and agent, which is the same at both ends. It uses birpc over a stream of messages.
 * Messages are validated before birpc gets them, errors are sent as {code, message}, and every call ends
 * within its time limit.
 */
import { createBirpc } from 'birpc';
import { z } from 'zod';
import { ERRORS, type ErrorCode, UniCoreError } from '../wire/index.ts';
import { NO_TRACING, type RpcTracing, TraceContext } from './tracing.ts';

/**
 * Time limit of a call, ms. It is long enough for a slow Docker engine to start an exec, and short enough for
 * a user who waits.
 */
const CALL_TIMEOUT_MS = 10_000;

const Call = z.object({
  t: z.literal('q'),
  i: z.string().max(64).optional(),
  m: z.string().max(64),
  a: z.array(z.unknown()).max(8),
  /** The OpenTelemetry trace to which the call belongs, if there is one. */
  c: TraceContext.optional(),
});
const Answer = z.object({
  t: z.literal('s'),
  i: z.string().max(64),
  r: z.unknown().optional(),
  e: z.object({ code: z.string(), message: z.string().max(2000) }).optional(),
});
const Envelope = z.discriminatedUnion('t', [Call, Answer]);

export interface ControlRpc<Remote> {
  readonly remote: Remote;
  /** Processes one whole message from the peer. */
  receive(value: unknown): void;
  /** Resolves when every call that was made before has ended, with an answer, an error or a timeout. */
  settled(): Promise<void>;
  /** Rejects all unanswered calls with this error. */
  close(error: UniCoreError): void;
}

interface ControlRpcOptions<Local> {
  local: Local;
  /** Sends one whole message to the peer. */
  post(value: unknown): void;
  /** Called when a local method failed, or when the peer sent an invalid message. */
  onError(error: unknown, what: string): void;
  /** Time limit for the answer to a call, ms. */
  timeoutMs?: number;
  /** Records calls in traces. By default, calls are not traced. */
  tracing?: RpcTracing;
}

export function controlRpc<Remote extends object, Local extends object>(
  options: ControlRpcOptions<Local>,
): ControlRpc<Remote> {
  const { timeoutMs = CALL_TIMEOUT_MS, tracing = NO_TRACING } = options;
  let deliver: (message: unknown) => unknown = () => undefined;
  const calls = new Set<Promise<unknown>>();
  const rpc = createBirpc<Remote, Local>(options.local, {
    bind: 'functions',
    timeout: timeoutMs,
    post: (message: unknown) => options.post(message),
    on: (run) => {
      deliver = run;
    },
    serialize: (message: Outgoing) => outgoing(message, tracing),
    // The peer can only call methods that `local` itself defines, not methods that every object inherits.
    resolver: (name, method) =>
      Object.hasOwn(options.local, name) ? answering(name, method, tracing) : undefined,
    onFunctionError: (error, method) => {
      options.onError(error, method);
    },
    onTimeoutError: (method) => {
      throw new UniCoreError('TIMEOUT', `No answer to ${method} within ${timeoutMs / 1000} s. Try again.`);
    },
  });
  return {
    // The cast hides the member `asEvent` that birpc's type adds to each method. Callers of this RPC do not
    // need it.
    remote: remembering(rpc as unknown as Remote, calls, tracing),
    settled: () => Promise.allSettled(calls).then(() => undefined),
    receive(value) {
      const parsed = Envelope.safeParse(value);
      if (!parsed.success) return options.onError(parsed.error, 'envelope');
      const message = parsed.data;
      const error = message.t === 's' && message.e ? incomingError(message.e) : undefined;
      const from = message.t === 'q' ? message.c : undefined;
      const delivered = tracing.within(from, () => deliver(error ? { ...message, e: error } : message));
      Promise.resolve(delivered).catch((cause) => options.onError(cause, 'delivery'));
    },
    close: (error) => rpc.$close(error),
  };
}

/** Wraps RPC methods so that the set `calls` contains each call until the call has ended. */
function remembering<Remote extends object>(
  remote: Remote,
  calls: Set<Promise<unknown>>,
  tracing: RpcTracing,
): Remote {
  return new Proxy(remote, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== 'function') return method;
      return (...args: unknown[]) => {
        const call: Promise<unknown> = tracing.span(`call ${String(name)}`, async () => method(...args));
        calls.add(call);
        const over = () => calls.delete(call);
        call.then(over, over);
        return call;
      };
    },
  });
}

type Method = (...args: unknown[]) => unknown;

function answering(name: string, method: Method, tracing: RpcTracing): Method {
  return function answer(this: unknown, ...args) {
    return tracing.span(`answer ${name}`, async () => method.apply(this, args));
  };
}

interface Outgoing {
  t?: string;
  e?: unknown;
}

function outgoing(message: Outgoing, tracing: RpcTracing): unknown {
  if (message.e !== undefined) return { ...message, e: plainError(message.e) };
  const c = message.t === 'q' ? tracing.here() : undefined;
  return c ? { ...message, c } : message;
}

/**
 * Converts an error for the peer. Only a UniCoreError or a validation error is described. Details of any
 * other error stay in the log of this end.
 */
function plainError(error: unknown): { code: ErrorCode; message: string } {
  if (error instanceof UniCoreError) return { code: error.code, message: error.message };
  if (error instanceof z.ZodError)
    return { code: 'BAD_REQUEST', message: z.prettifyError(error).slice(0, 2000) };
  return { code: 'INTERNAL', message: 'Something went wrong at the other end; its log says what.' };
}

/**
 * Error codes that are not accepted from a peer. A peer cannot decide that a user is signed out, and a failed
 * call must not have the code OK.
 */
const NOT_THE_PEERS: ReadonlySet<string> = new Set(['OK', 'UNAUTHENTICATED', 'REVOKED']);

function incomingError(error: { code: string; message: string }): UniCoreError {
  const known = Object.hasOwn(ERRORS, error.code) && !NOT_THE_PEERS.has(error.code);
  const code = known ? (error.code as ErrorCode) : 'INTERNAL';
  return new UniCoreError(code, error.message);
}
