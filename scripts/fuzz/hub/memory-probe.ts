/**
 * Part of the fuzz run: on request, this script reports how much memory the hub's process uses. Node loads
 * the script into that process before the hub's own code.
 */
import { settledMemory } from '../run/memory.ts';

process.on('message', (message) => {
  if ((message as { type?: string }).type === 'memory') process.send?.({ memory: settledMemory() });
});
