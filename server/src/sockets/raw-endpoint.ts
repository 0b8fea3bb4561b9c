/**
 * The endpoints of raw sockets. A ticket opens one channel, and the hub is the end of this channel on the
 * client's behalf.
 */
import { type ErrorCode, UniCoreError } from '@unicore/protocol';
import { bridge, type Framing, type RawKind } from '../gateway/index.ts';
import type { Identity } from '../relay/index.ts';
import type { SocketAuth } from './deps.ts';
import type { Endpoint, Incoming } from './endpoint.ts';
import { closeSocket } from './hub-socket.ts';

/** What a client's ticket opens. */
export interface Admission {
  identity: Identity;
  kind: RawKind;
  /** Metadata of the OPEN frame. */
  open: unknown;
  framing: Framing;
  /** Ids that each log line about this socket contains. */
  ids: Record<string, string>;
}

/** `admit` reads the URL and uses up its ticket. It throws BAD_REQUEST or TICKET_INVALID. */
export function rawEndpoint(admit: (url: URL, auth: SocketAuth) => Promise<Admission>): Endpoint {
  return ({ ws, url, log, greeted }: Incoming, { auth, relay, clock, meter }) => {
    const close = (code: ErrorCode, message: string) => closeSocket(ws, code, message);
    // The client may send before the hub has attached it to the channel. The socket is paused until then, so
    // that nothing is lost.
    ws.pause();
    ws.on('close', greeted);
    const serve = async () => {
      const { ids, ...admission } = await admit(url, auth);
      greeted();
      const ours = log.child({ user: admission.identity.userId, ...ids });
      bridge({ ...admission, ws, relay, clock, meter, close, log: ours });
    };
    serve().catch((error) => {
      if (error instanceof UniCoreError) return close(error.code, error.message);
      log.error({ err: error }, 'ticket could not be checked');
      close('INTERNAL', 'The hub could not check the ticket. Try again.');
    });
    return (afterMs) => {
      // A raw client cannot move to another hub, so its socket stays open until the hub stops.
      if (afterMs === 0) close('GOING_AWAY', 'The hub is stopping. Ask for a new ticket and connect again.');
    };
  };
}

/** issuedBy: the procedure that returns tickets of this kind. */
export function ticketInvalid(issuedBy: string): UniCoreError {
  const message = `The ticket is wrong, used or expired. Ask ${issuedBy} for a new one.`;
  return new UniCoreError('TICKET_INVALID', message);
}
