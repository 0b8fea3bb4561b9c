/** A meter that counts nothing. */
import type { HubMeter } from '../hubs/index.ts';
import type { RelayMeter } from '../relay/index.ts';
import type { SocketMeter } from '../sockets/index.ts';

export const NO_METER: RelayMeter & SocketMeter & HubMeter = {
  channels() {},
  forwarded() {},
  refused() {},
  purged() {},
  resumed() {},
  message() {},
  measured() {},
  stray() {},
  opened() {},
  closed() {},
  buffers: () => () => {},
  legs() {},
  lost() {},
  unreached() {},
  strayMail() {},
  stalled() {},
};
