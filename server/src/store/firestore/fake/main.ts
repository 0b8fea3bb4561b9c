/**
 * Runs the Firestore fake as a process: node main.ts [--port N] [--file FILE]. It prints a line of JSON with its
 * address once it serves. On SIGTERM or SIGINT it prints a line with all that it would have billed, and exits.
 */
import { parseArgs } from 'node:util';
import { startFirestoreFake } from './server.ts';

// The name shown in process lists.
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
// The process that started the fake is gone.
process.on('disconnect', end);
