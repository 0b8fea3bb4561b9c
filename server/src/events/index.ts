/** What the rest of the hub uses of the events that all hubs share. */
export { HubEvents } from './hub-events.ts';
