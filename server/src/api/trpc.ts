/**
 * The base procedures from which all API procedures are built. They define who may call a procedure, how
 * errors look, and how calls are traced.
 */
import { initTRPC } from '@trpc/server';
import { UniCoreError } from '@unicore/protocol';
import type { OpenApiMeta } from 'trpc-to-openapi';
import { type Attributes, inSpan } from '../tracing/index.ts';
import type { Context } from './context.ts';
import { failureOf, trpcNumberOf } from './errors.ts';

/**
 * Keepalive of event streams (SSE), ms. Pings are sent because proxies close a silent stream. A client that
 * misses several pings reconnects.
 */
const SSE_PING_MS = 5_000;
const SSE_DEAD_MS = 20_000;

const t = initTRPC
  .context<Context>()
  .meta<OpenApiMeta>()
  .create({
    sse: {
      ping: { enabled: true, intervalMs: SSE_PING_MS },
      client: { reconnectAfterInactivityMs: SSE_DEAD_MS },
    },
    errorFormatter({ shape, error }) {
      const { body, status } = failureOf(error);
      const { path } = shape.data;
      const data = { ...body, httpStatus: status, ...(path && { path }) };
      return { code: trpcNumberOf(status), message: body.message, data };
    },
  });

export const router = t.router;

/** Records each call as a tracing span. A subscription gets no span, because it stays open. */
const traced = t.middleware(({ path, type, ctx, next }) => {
  if (type === 'subscription') return next();
  const user: Attributes = ctx.caller ? { 'enduser.id': ctx.caller.user.userId } : {};
  return inSpan(path, user, async (failed) => {
    const result = await next();
    if (!result.ok) failed(failureOf(result.error).body.code);
    return result;
  });
});

/** Base procedure for calls that need no sign-in. */
export const open = t.procedure.use(traced);

/** Base procedure for calls that only signed-in users may make. */
export const signedIn = open.use(({ ctx, next }) => {
  const { caller } = ctx;
  if (!caller) throw new UniCoreError('UNAUTHENTICATED', 'Sign in first, or send a bearer token.');
  return next({ ctx: { ...ctx, caller } });
});

/**
 * Base procedure of agent.join, by which a machine becomes a provider. A new machine has no identity yet, so
 * the rate limit counts calls per client address.
 */
export const joining = open.use(async ({ ctx, next }) => {
  await ctx.services.joinLimit.use(ctx.address);
  return next();
});

/**
 * Base procedure of the calls by which an agent proves its identity. The rate limit is higher than that of
 * agent.join, because many agents may share one address.
 */
export const proving = open.use(async ({ ctx, next }) => {
  await ctx.services.proofLimit.use(ctx.address);
  return next();
});

/** Base procedure for somebody who has only a share link. The rate limit counts calls per client address. */
export const watching = open.use(async ({ ctx, next }) => {
  await ctx.services.guestLimit.use(ctx.address);
  return next();
});
