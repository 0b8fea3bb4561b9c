/**
 * Calls over a channel, in the form of the control channel (PROTOCOL.md, section 7). The desktop validates what
 * the client sends. The client takes the types of its answers on trust, as it does with tRPC.
 */
import { ERRORS, type ErrorCode, Messages, UniCoreError } from '@unicore/protocol';
import { type BirpcReturn, createBirpc } from 'birpc';
import type { Link } from './link.ts';

/** Time limit of a call, ms. */
const CALL_MS = 10_000;

export class Calls<Remote extends object, Local extends object> {
  readonly remote: BirpcReturn<Remote, Local>;
  readonly #messages: Messages;

  constructor(local: Local) {
    let deliver: (message: unknown) => unknown = () => undefined;
    this.#messages = new Messages((value) => {
      const message = readMessage(value);
      if (message) deliver(message);
    });
    this.remote = createBirpc<Remote, Local>(local, {
      bind: 'functions',
      timeout: CALL_MS,
      post: (message: unknown) => this.#messages.send(message),
      on: (run) => {
        deliver = run;
      },
      // What only a newer desktop tells is answered and ignored.
      resolver: (name, method) => (Object.hasOwn(local, name) ? method : () => undefined),
      onTimeoutError: (method) => {
        throw new UniCoreError('TIMEOUT', `No answer to ${method} within ${CALL_MS / 1000} s. Try again.`);
      },
    });
  }

  /** Takes bytes that have arrived. */
  readonly data = (bytes: Uint8Array): void => this.#messages.data(bytes);

  bind(link: Link): void {
    this.#messages.bind({
      wake: () => {
        const bytes = this.#messages.pull(Number.POSITIVE_INFINITY);
        if (bytes) link.send(bytes);
      },
      consumed: (bytes) => link.consumed(bytes),
    });
  }

  /** Rejects all calls without an answer. */
  close(code: ErrorCode, message: string): void {
    this.remote.$close(new UniCoreError(code, message));
  }
}

/** Returns undefined if the value is neither a call nor an answer. Errors become UniCoreErrors. */
function readMessage(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('t' in value)) return undefined;
  const isCall = value.t === 'q' && 'm' in value && 'a' in value && Array.isArray(value.a);
  if (!isCall && value.t !== 's') return undefined;
  return 'e' in value ? { ...value, e: readError(value.e) } : value;
}

function readError(error: unknown): UniCoreError {
  const fields = new Map(Object.entries(typeof error === 'object' && error !== null ? error : {}));
  const message: unknown = fields.get('message');
  return new UniCoreError(
    readCode(fields.get('code')),
    typeof message === 'string' ? message : 'The call failed.',
  );
}

function readCode(code: unknown): ErrorCode {
  const known = Object.keys(ERRORS).find((name): name is ErrorCode => name === code);
  return known === undefined || known === 'OK' ? 'INTERNAL' : known;
}
