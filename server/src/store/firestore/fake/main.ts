/**
 * Runs the fake Firestore server as a process: node main.ts [--port N] [--file FILE]. When the server is
 * ready, it prints its address as one line of JSON. On SIGTERM or SIGINT it prints the operations that
 * Firestore would have billed, and exits.
 */
import { parseArgs } from 'node:util';
import { startFirestoreFake } from './server.ts';

// This name identifies the process in process lists.
process.title = 'unicore-firestore';

const { values } = parseArgs({
  options: { port: { type: 'string', default: '0' }, file: { type: 'string' } },
});
const fake = await startFirestoreFake({ port: Number(values.port), file: values.file });
console.log(JSON.stringify({ address: fake.address }));
process.send?.({ type: 'serving', address: fake.address });

let ending = false;
async function end(): Promise<void> {
  if (ending) return;
  ending = true;
  await fake.close();
  console.log(JSON.stringify(fake.bill()));
  process.exit();
}
process.on('SIGTERM', end);
process.on('SIGINT', end);
// The fake server also stops when its parent process has ended.
process.on('disconnect', end);
