/**
 * A short-lived process that starts the keeper, so that the keeper is not a child process of the tunnel. See
 * spawn.ts.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { NODE_FLAGS } from '../node/index.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));

spawn(process.execPath, [...NODE_FLAGS, MAIN, ...process.argv.slice(2)], {
  detached: true,
  // The keeper's stdout and stderr go to its log file. File descriptor 3 is the pipe on which the keeper
  // writes "ready", and on which the tunnel process waits for it.
  stdio: ['ignore', 1, 2, 3],
}).unref();
