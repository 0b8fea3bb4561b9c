/** Between the tunnel and the keeper for a moment: spawn.ts says why. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
/** What sockets and terminals give is garbage at once, and is only freed when the young generation is collected: a small one. */
const FLAGS = ['--max-semi-space-size=1'];

spawn(process.execPath, [...FLAGS, MAIN, ...process.argv.slice(2)], {
  detached: true,
  // The log, and the pipe on which the tunnel waits.
  stdio: ['ignore', 1, 2, 3],
}).unref();
