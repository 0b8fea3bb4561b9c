/**
 * The /terminal endpoint: carries the raw bytes of one terminal. Any WebSocket client with a ticket may use
 * it.
 */
import { UniCoreError } from '@unicore/protocol';
import { Cols, Id, Rows } from '@unicore/protocol/control';
import { z } from 'zod';
import { bridgeTerminal } from '../gateway/index.ts';
import { parse } from '../relay/index.ts';
import type { SocketDeps } from './deps.ts';
import type { Endpoint, Incoming } from './endpoint.ts';
import { closeSocket } from './hub-socket.ts';

const Query = z.object({
  vmId: Id,
  terminalId: Id.default('main'),
  ticket: z.string().max(200).default(''),
  cols: z.coerce.number().pipe(Cols).default(80),
  rows: z.coerce.number().pipe(Rows).default(24),
  readOnly: z.stringbool().default(false),
});

export const terminalEndpoint: Endpoint = (incoming, deps) => {
  const { ws, log, greeted } = incoming;
  // The client may type before the hub has attached it to the terminal. The socket is paused until then, so
  // that this input is not lost.
  ws.pause();
  ws.on('close', greeted);
  admit(incoming, deps).catch((error) => {
    if (error instanceof UniCoreError) return closeSocket(ws, error.code, error.message);
    log.error({ err: error }, 'ticket could not be checked');
    closeSocket(ws, 'INTERNAL', 'The hub could not check the ticket. Try again.');
  });
  return (afterMs) => {
    // A raw client cannot move to another hub, so its socket stays open until the hub stops.
    if (afterMs > 0) return;
    closeSocket(ws, 'GOING_AWAY', 'The hub is stopping. Ask for a new ticket and connect again.');
  };
};

async function admit({ ws, url, log, greeted }: Incoming, deps: SocketDeps): Promise<void> {
  const { ticket, readOnly, ...where } = parse(Query, Object.fromEntries(url.searchParams), 'query');
  const { vmId, terminalId } = where;
  const holder = await deps.auth.redeemTicket(ticket, { vmId, terminalId });
  if (!holder) {
    throw new UniCoreError(
      'TICKET_INVALID',
      'The ticket is wrong, used or expired. Ask vm.connect for a new one.',
    );
  }
  greeted();
  bridgeTerminal({
    ws,
    open: { ...where, readOnly: readOnly || holder.readOnly },
    identity: holder.identity,
    relay: deps.relay,
    clock: deps.clock,
    close: (code, message) => closeSocket(ws, code, message),
    meter: deps.meter,
    log: log.child({ user: holder.identity.userId, vm: vmId, terminal: terminalId }),
  });
}
