/**
 * The HTTP calls that an agent makes: one call to join a hub, or to register a desktop, and two calls to get a
 * token for the WebSocket.
 */

import { createTRPCUntypedClient, httpLink, TRPCClientError } from '@trpc/client';
import { ERRORS, type ErrorCode, UniCoreError } from '@unicore/protocol';
import {
  type AgentCalls,
  AgentChallenge,
  AgentToken,
  type BootCalls,
  ProviderRef,
} from '@unicore/protocol/control';
import type { z } from 'zod';
import { codeOf } from '../files/index.ts';

/** Time limit of one call, in ms. It is long enough for a hub that is starting or far away. */
const ANSWER_MS = 10_000;

/**
 * Returns a client for the HTTP API of a hub. hub: address as returned by parseHubUrl(). A failed call
 * rejects with a UniCoreError.
 */
export function hubApi(hub: string): AgentCalls & BootCalls {
  const client = createTRPCUntypedClient({
    links: [
      httpLink({
        url: `${hub}/trpc`,
        // Close the HTTP connection after each call. Only the tunnel stays open between agent and hub.
        headers: { connection: 'close' },
        fetch: (input, init) =>
          fetch(input, { ...init, signal: AbortSignal.timeout(ANSWER_MS), redirect: 'error' }),
      }),
    ],
  });
  return {
    join: (wish) => ask(hub, ProviderRef, client.mutation('agent.join', wish)),
    boot: (wish) => ask(hub, ProviderRef, client.mutation('agent.boot', wish)),
    challenge: (wish) =>
      ask(hub, AgentChallenge.pick({ challenge: true }), client.mutation('agent.challenge', wish)),
    token: (proof) => ask(hub, AgentToken, client.mutation('agent.token', proof)),
  };
}

async function ask<T>(hub: string, schema: z.ZodType<T>, answer: Promise<unknown>): Promise<T> {
  try {
    return schema.parse(await answer);
  } catch (error) {
    throw hubError(hub, error);
  }
}

function hubError(hub: string, error: unknown): UniCoreError {
  if (error instanceof TRPCClientError) {
    const code: unknown = error.data?.code;
    if (isErrorCode(code)) return new UniCoreError(code, error.message, { cause: error });
    const failure = networkFailure(hub, error.cause);
    if (failure) return failure;
  }
  return new UniCoreError(
    'PROTOCOL_ERROR',
    `${hub} answers, but it is no UniCore hub, or one of another version. Check the address.`,
    { cause: error },
  );
}

function networkFailure(hub: string, cause: unknown): UniCoreError | undefined {
  if (!(cause instanceof Error)) return undefined;
  if (cause.name === 'TimeoutError') {
    return new UniCoreError('TIMEOUT', `The hub at ${hub} did not answer within ${ANSWER_MS / 1000} s.`, {
      cause,
    });
  }
  // The error message of fetch() is only "fetch failed". The reason is in the `cause` of that error.
  if (cause.message !== 'fetch failed') return undefined;
  const why = codeOf(cause.cause) ?? (cause.cause instanceof Error ? cause.cause.message : 'unknown');
  const known: Record<string, string> = {
    ECONNREFUSED: 'nothing listens there',
    ENOTFOUND: 'there is no such name',
    EAI_AGAIN: 'names cannot be looked up',
    ECONNRESET: 'it closed the connection',
    UND_ERR_SOCKET: 'it closed the connection',
  };
  return new UniCoreError(
    'LEG_LOST',
    `The hub at ${hub} cannot be reached: ${known[why] ?? why}. Check the address, and that the hub runs.`,
    { cause },
  );
}

function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(ERRORS, code);
}
