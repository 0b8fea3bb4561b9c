/** What every procedure is made of: its context, who may call it, and how its errors look. */
import { initTRPC } from '@trpc/server';
import { UniCoreError } from '@unicore/protocol';
import type { OpenApiMeta } from 'trpc-to-openapi';
import { type Attributes, inSpan } from '../tracing/index.ts';
import type { Context } from './context.ts';
import { failureOf, trpcNumberOf } from './errors.ts';

/** A silent stream looks like a dead one to proxies; the client comes back when it misses a few. */
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

/** Lists that stay open are no calls. */
const traced = t.middleware(({ path, type, ctx, next }) => {
  if (type === 'subscription') return next();
  const user: Attributes = ctx.caller ? { 'enduser.id': ctx.caller.user.userId } : {};
  return inSpan(path, user, async (failed) => {
    const result = await next();
    if (!result.ok) failed(failureOf(result.error).body.code);
    return result;
  });
});

/** Anybody may call it. */
export const open = t.procedure.use(traced);

/** For signed in users. */
export const signedIn = open.use(({ ctx, next }) => {
  const { caller } = ctx;
  if (!caller) throw new UniCoreError('UNAUTHENTICATED', 'Sign in first, or send a bearer token.');
  return next({ ctx: { ...ctx, caller } });
});

/** For machines without an identity yet, so limited by address. */
export const joining = open.use(async ({ ctx, next }) => {
  await ctx.services.joinLimit.use(ctx.address);
  return next();
});

/** The same for agents that prove who they are: behind one address there may be many. */
export const proving = open.use(async ({ ctx, next }) => {
  await ctx.services.proofLimit.use(ctx.address);
  return next();
});
