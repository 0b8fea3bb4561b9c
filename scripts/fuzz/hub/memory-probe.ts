/**
 * Node loads this script into the hub's process before the hub's own code. On request, the script reports how
 * much memory is in use.
 */
import { settledMemory } from '../run/memory.ts';

process.on('message', (message) => {
  if ((message as { type?: string }).type === 'memory') process.send?.({ memory: settledMemory() });
});
