/**
 * The /terminal endpoint: carries the raw bytes of one terminal. Any WebSocket client with a ticket may use
 * it.
 */
import { Cols, Id, Rows } from '@unicore/protocol/control';
import { z } from 'zod';
import { terminalFraming } from '../gateway/index.ts';
import { parse } from '../relay/index.ts';
import { rawEndpoint, ticketInvalid } from './raw-endpoint.ts';

const Query = z.object({
  vmId: Id,
  terminalId: Id.default('main'),
  ticket: z.string().max(200).default(''),
  cols: z.coerce.number().pipe(Cols).default(80),
  rows: z.coerce.number().pipe(Rows).default(24),
  readOnly: z.stringbool().default(false),
});

export const terminalEndpoint = rawEndpoint(async (url, auth) => {
  const { ticket, ...wish } = parse(Query, Object.fromEntries(url.searchParams), 'query');
  const { vmId, terminalId } = wish;
  const holder = await auth.redeemTicket(ticket, { vmId, terminalId });
  if (!holder) throw ticketInvalid('vm.connect');
  const readOnly = wish.readOnly || holder.readOnly;
  return {
    identity: holder.identity,
    kind: 'terminal',
    open: { ...wish, readOnly },
    framing: terminalFraming(readOnly),
    ids: { vm: vmId, terminal: terminalId },
  };
});
