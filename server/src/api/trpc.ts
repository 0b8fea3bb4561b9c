/** What every procedure is made of: its context, who may call it, and how its errors look. */
import { initTRPC } from '@trpc/server';
import { UniCoreError } from '@unicore/protocol';
import type { OpenApiMeta } from 'trpc-to-openapi';
import type { Limit } from '../auth/limits.ts';
import type { Caller } from '../auth/local-auth.ts';
import type { Tickets } from '../auth/tickets.ts';
import type { Regions } from '../hubs/index.ts';
import type { ProviderCredentials } from '../provider/credentials.ts';
import type { Providers } from '../provider/providers.ts';
import { type Attributes, inSpan } from '../tracing/span.ts';
import type { Terminals } from '../vm/terminals.ts';
import type { VmViews } from '../vm/view.ts';
import type { Vms } from '../vm/vms.ts';
import { failureOf, trpcNumberOf } from './errors.ts';
import type { Watch } from './watch.ts';

/** A silent stream looks like a dead one to proxies; the client comes back when it misses a few. */
const SSE_PING_MS = 5_000;
const SSE_DEAD_MS = 20_000;

/** What procedures call; one of each in a hub. */
export interface Services {
  vms: Vms;
  views: VmViews;
  terminals: Terminals;
  providers: Providers;
  credentials: ProviderCredentials;
  watch: Watch;
  tickets: Tickets;
  regions: Regions;
  joinLimit: Limit;
  proofLimit: Limit;
  system: { version: string; url: string; defaultImage: string };
}

export interface Context {
  services: Services;
  /** Whoever a cookie or bearer token proved; undefined: nobody. */
  caller: Caller | undefined;
  /** The address that the request came from. */
  address: string;
  /** ws:// or wss:// URL of this hub, as the caller reaches it. */
  socketUrl: string;
}

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
