/** Between the tunnel and the keeper for a moment: spawn.ts says why. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));

spawn(process.execPath, [MAIN, ...process.argv.slice(2)], {
  detached: true,
  // The log, and the pipe on which the tunnel waits.
  stdio: ['ignore', 1, 2, 3],
}).unref();
