/** What happens in a hub, for whoever wants to react. An event says what changed; the store says what it is now. */
import { EventEmitter } from 'node:events';
import type { ProviderRow, VmRow } from './store/rows.ts';

interface HubEventMap {
  /** A VM was made or changed, or what is shown of it did because its provider fell silent or came back. */
  vm: [vm: VmRow];
  /** A provider joined, came, went, or told its load. */
  provider: [provider: ProviderRow];
  /** A session was ended by its user: whatever it has open ends too. */
  sessionEnded: [sessionId: string];
}

export type HubEvents = EventEmitter<HubEventMap>;

export function createEvents(): HubEvents {
  const events: HubEvents = new EventEmitter();
  // One listener for each open page; a leak would show in the metrics of sockets.
  events.setMaxListeners(0);
  return events;
}
