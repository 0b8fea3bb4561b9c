/** Loaded into the hub's process before its own code. Answers how much memory is in use. */
import { settledMemory } from '../run/memory.ts';

process.on('message', (message) => {
  if ((message as { type?: string }).type === 'memory') process.send?.({ memory: settledMemory() });
});
