/**
 * Desktops over REST in the names of the first specification, such as session_id. GET /vnc/session may create a
 * desktop, so the hub checks it as it checks a mutation.
 */
import { VncCreate, VncSession, VncSessionRef } from '@unicore/protocol/api';
import { z } from 'zod';
import { router, signedIn } from './trpc.ts';

export const vncRestRouter = router({
  create: signedIn
    .meta({
      openapi: { method: 'POST', path: '/vnc/create', tags: ['vnc'], summary: 'Create your desktop' },
    })
    .input(VncCreate)
    .output(VncSession)
    .mutation(({ ctx: { services, caller, socketUrl }, input }) =>
      services.desktops.restCreate(caller.user.userId, input, socketUrl),
    ),

  session: signedIn
    .meta({
      openapi: {
        method: 'GET',
        path: '/vnc/session',
        tags: ['vnc'],
        summary: 'Your desktop, which is created if there is none',
      },
    })
    .input(z.void())
    .output(VncSession)
    .mutation(({ ctx: { services, caller, socketUrl } }) =>
      services.desktops.restSession(caller.user.userId, socketUrl),
    ),

  delete: signedIn
    .meta({
      openapi: { method: 'DELETE', path: '/vnc/{session_id}', tags: ['vnc'], summary: 'End your desktop' },
    })
    .input(VncSessionRef)
    .output(VncSession)
    .mutation(({ ctx: { services, caller, socketUrl }, input: { session_id } }) =>
      services.desktops.restEnd(caller.user.userId, session_id, socketUrl),
    ),
});
