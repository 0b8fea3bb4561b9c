/** A short-lived process that starts the keeper, so that the keeper is no child of the tunnel. See spawn.ts. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
/** What sockets and terminals give is garbage at once, and is only freed when the young generation is collected: a small one. */
const FLAGS = ['--max-semi-space-size=1'];

spawn(process.execPath, [...FLAGS, MAIN, ...process.argv.slice(2)], {
  detached: true,
  // stdout and stderr go to the log. Descriptor 3 is the pipe on which the tunnel waits for "ready".
  stdio: ['ignore', 1, 2, 3],
}).unref();
