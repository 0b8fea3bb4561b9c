/**
 * The endpoints of desktops. /vnc/{sessionId} carries RFB, for any client that works with websockify.
 * /cdp/{sessionId} carries the Chrome DevTools Protocol, for programs that drive the desktop's browser.
 */
import { DesktopOpen, type VncOpen } from '@unicore/protocol/control';
import { z } from 'zod';
import { CdpFraming, vncFraming } from '../gateway/index.ts';
import { parse } from '../relay/index.ts';
import type { DesktopTicket, SocketAuth } from './deps.ts';
import { rawEndpoint, ticketInvalid } from './raw-endpoint.ts';

const Query = z.object({
  ticket: z.string().max(200).default(''),
  viewOnly: z.stringbool().default(false),
});

export const vncEndpoint = rawEndpoint(async (url, auth) => {
  const { identity, viewOnly, sessionId } = await redeem('vnc', url, auth);
  const open: VncOpen = { sessionId, viewOnly, text: false, clipboard: true };
  return { identity, kind: 'vnc', open, framing: vncFraming, ids: { desktop: sessionId } };
});

export const cdpEndpoint = rawEndpoint(async (url, auth) => {
  const { identity, sessionId } = await redeem('cdp', url, auth);
  const open: DesktopOpen = { sessionId };
  return { identity, kind: 'cdp', open, framing: new CdpFraming(), ids: { desktop: sessionId } };
});

async function redeem(
  kind: 'vnc' | 'cdp',
  { pathname, searchParams }: URL,
  auth: SocketAuth,
): Promise<DesktopTicket & DesktopOpen> {
  const { sessionId } = parse(DesktopOpen, { sessionId: pathname.split('/')[2] }, 'path');
  const query = parse(Query, Object.fromEntries(searchParams), 'query');
  const holder = await auth.redeemDesktopTicket(query.ticket, { kind, sessionId });
  if (!holder) throw ticketInvalid('vnc.connect');
  return { ...holder, viewOnly: query.viewOnly || holder.viewOnly, sessionId };
}
