/**
 * The vnc.* API procedures. Each procedure parses its input, requires a signed-in user, and calls one function
 * of the hub.
 */
import {
  Control,
  Desktop,
  DesktopRef,
  Receipt,
  VncConnect,
  VncConnection,
  VncControl,
  VncCreate,
  VncGuest,
  VncGuestPass,
  VncScreenshot,
  VncShare,
} from '@unicore/protocol/api';
import { z } from 'zod';
import { router, signedIn, watching } from './trpc.ts';
import { vncRestRouter } from './vnc-rest.ts';

export const vncRouter = router({
  create: signedIn
    .input(VncCreate)
    .output(Desktop)
    .mutation(({ ctx: { services, caller, socketUrl }, input }) =>
      services.desktops.create(caller.user.userId, input, socketUrl),
    ),

  /** Returns the user's desktop, and creates one if there is none. */
  session: signedIn
    .input(z.void())
    .output(Desktop)
    .mutation(({ ctx: { services, caller, socketUrl } }) =>
      services.desktops.session(caller.user.userId, socketUrl),
    ),

  delete: signedIn
    .input(DesktopRef)
    .output(Desktop)
    .mutation(({ ctx: { services, caller, socketUrl }, input: { sessionId } }) =>
      services.desktops.end(caller.user.userId, sessionId, socketUrl),
    ),

  extend: signedIn
    .meta({
      openapi: {
        method: 'POST',
        path: '/vnc/{sessionId}/extend',
        tags: ['vnc'],
        summary: 'Let the desktop live an hour longer',
      },
    })
    .input(DesktopRef)
    .output(Desktop)
    .mutation(({ ctx: { services, caller, socketUrl }, input: { sessionId } }) =>
      services.desktops.extend(caller.user.userId, sessionId, socketUrl),
    ),

  connect: signedIn
    .meta({
      openapi: {
        method: 'POST',
        path: '/vnc/{sessionId}/connect',
        tags: ['vnc'],
        summary: 'A URL for one WebSocket to the screen or to the browser of the desktop',
      },
    })
    .input(VncConnect)
    .output(VncConnection)
    .mutation(({ ctx: { services, caller, socketUrl }, input }) =>
      services.desktops.connect(caller, input, socketUrl),
    ),

  control: signedIn
    .meta({
      openapi: {
        method: 'POST',
        path: '/vnc/{sessionId}/control',
        tags: ['vnc'],
        summary: 'Who has the controls of the desktop, after taking them if `take` is true',
      },
    })
    .input(VncControl)
    .output(Control)
    .mutation(({ ctx: { services, caller }, input }) => services.desktops.control(caller.user.userId, input)),

  share: signedIn
    .meta({
      openapi: {
        method: 'POST',
        path: '/vnc/{sessionId}/share',
        tags: ['vnc'],
        summary: 'A link with which anybody may watch, in place of an earlier one',
      },
    })
    .input(DesktopRef)
    .output(VncShare)
    .mutation(({ ctx: { services, caller, socketUrl }, input: { sessionId } }) =>
      services.desktops.share(caller.user.userId, sessionId, socketUrl),
    ),

  unshare: signedIn
    .meta({
      openapi: {
        method: 'POST',
        path: '/vnc/{sessionId}/unshare',
        tags: ['vnc'],
        summary: 'End the share link, and the connections of those who watch by it',
      },
    })
    .input(DesktopRef)
    .output(Desktop)
    .mutation(({ ctx: { services, caller, socketUrl }, input: { sessionId } }) =>
      services.desktops.unshare(caller.user.userId, sessionId, socketUrl),
    ),

  /** Exchanges what a share link contains for a ticket. */
  guest: watching
    .meta({
      openapi: {
        method: 'POST',
        path: '/vnc/{sessionId}/guest',
        tags: ['vnc'],
        summary: 'A ticket to watch a shared desktop, for the token of its share link',
        protect: false,
      },
    })
    .input(VncGuest)
    .output(VncGuestPass)
    .mutation(({ ctx: { services, socketUrl }, input }) => services.desktops.guest(input, socketUrl)),

  screenshot: signedIn
    .meta({
      openapi: {
        method: 'GET',
        path: '/vnc/{sessionId}/screenshot',
        tags: ['vnc'],
        summary: 'A picture of the whole desktop, as PNG in base64',
      },
    })
    .input(DesktopRef)
    .output(VncScreenshot)
    .query(({ ctx: { services, caller }, input: { sessionId } }) =>
      services.desktops.screenshot(caller.user.userId, sessionId),
    ),

  receipts: signedIn
    .meta({
      openapi: {
        method: 'GET',
        path: '/vnc/receipts',
        tags: ['vnc'],
        summary: 'What your desktops cost, newest first',
      },
    })
    .input(z.void())
    .output(z.array(Receipt))
    .query(({ ctx: { services, caller } }) => services.desktops.receipts(caller.user.userId)),

  /** Streams the user's desktop: first as it is, then after every change. */
  watch: signedIn.subscription(({ ctx: { services, caller, socketUrl }, signal }) =>
    services.watch.desktop(caller, socketUrl, signal),
  ),

  rest: vncRestRouter,
});
