/**
 * The system.* API procedures. They return what a page needs before sign-in, list the regions of this
 * deployment, and issue tickets that open a WebSocket at any hub.
 */

import { SystemHubs, SystemInfo, SystemTicket } from '@unicore/protocol/api';
import { SIZES } from '@unicore/protocol/control';
import { z } from 'zod';
import { open, router, signedIn } from './trpc.ts';

export const systemRouter = router({
  info: open
    .meta({
      openapi: {
        method: 'GET',
        path: '/system/info',
        tags: ['system'],
        summary: 'The hub, and who is signed in',
        protect: false,
      },
    })
    .input(z.void())
    .output(SystemInfo)
    .query(({ ctx: { services, caller } }) => ({
      ...services.system,
      sizes: SIZES,
      user: caller ? { userId: caller.user.userId, name: caller.user.name, role: caller.user.role } : null,
    })),
  hubs: open
    .meta({
      openapi: {
        method: 'GET',
        path: '/system/hubs',
        tags: ['system'],
        summary: 'The regions of this deployment, with the address of the hubs of each',
        protect: false,
      },
    })
    .input(z.void())
    .output(SystemHubs)
    .query(({ ctx: { services } }) => [...services.regions.list]),
  ticket: signedIn
    .meta({
      openapi: {
        method: 'POST',
        path: '/system/ticket',
        tags: ['system'],
        summary:
          'A ticket for one /consumer socket at any hub, for pages whose cookie is valid at their own hub only',
        protect: true,
      },
    })
    .input(z.void())
    .output(SystemTicket)
    .mutation(({ ctx: { services, caller } }) =>
      services.tickets.issue({
        kind: 'consumer',
        userId: caller.user.userId,
        sessionId: caller.sessionId,
      }),
    ),
});
