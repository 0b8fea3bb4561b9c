/** The bases of all procedures: who may call each, how errors look, and the tracing of calls. */
import { initTRPC } from '@trpc/server';
import { UniCoreError } from '@unicore/protocol';
import type { OpenApiMeta } from 'trpc-to-openapi';
import { type Attributes, inSpan } from '../tracing/index.ts';
import type { Context } from './context.ts';
import { failureOf, trpcNumberOf } from './errors.ts';

/** Keepalive of event streams: proxies close a silent stream, and a client reconnects after several missed pings. */
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

/** Puts each call in a span. A subscription stays open, so it gets none. */
const traced = t.middleware(({ path, type, ctx, next }) => {
  if (type === 'subscription') return next();
  const user: Attributes = ctx.caller ? { 'enduser.id': ctx.caller.user.userId } : {};
  return inSpan(path, user, async (failed) => {
    const result = await next();
    if (!result.ok) failed(failureOf(result.error).body.code);
    return result;
  });
});

/** Base of procedures that need no sign-in. */
export const open = t.procedure.use(traced);

/** Base of procedures for signed-in users. */
export const signedIn = open.use(({ ctx, next }) => {
  const { caller } = ctx;
  if (!caller) throw new UniCoreError('UNAUTHENTICATED', 'Sign in first, or send a bearer token.');
  return next({ ctx: { ...ctx, caller } });
});

/** Base of the call by which a machine joins. It has no identity yet, so calls are limited by address. */
export const joining = open.use(async ({ ctx, next }) => {
  await ctx.services.joinLimit.use(ctx.address);
  return next();
});

/** Base of the calls by which an agent proves its identity. The limit is higher: many agents may share an address. */
export const proving = open.use(async ({ ctx, next }) => {
  await ctx.services.proofLimit.use(ctx.address);
  return next();
});
