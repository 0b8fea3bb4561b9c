/** Exports the events that all hubs share. */
export { HubEvents } from './hub-events.ts';
