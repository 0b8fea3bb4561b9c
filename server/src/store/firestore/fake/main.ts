/**
 * The fake as a process: node main.ts [--port N] [--file FILE]. Prints one line of JSON with its address when it takes calls,
 * and one with all that it would have billed when it ends by SIGTERM or SIGINT.
 */
import { parseArgs } from 'node:util';
import { startFirestoreFake } from './server.ts';

// What the machine's owner sees in a list of processes.
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
// Whoever started it is gone, however it died.
process.on('disconnect', end);
