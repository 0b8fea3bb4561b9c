/**
 * Starts the keeper as a detached daemon. So the keeper keeps running when the tunnel's process tree is
 * killed.
 */
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { UniCoreError } from '@unicore/protocol';

/**
 * Name of the keeper's log file in the agent's folder. The file also gets the error output of a keeper that
 * fails to start.
 */
export const LOG_FILE = 'keeper.log';
/** File descriptor of the pipe on which the keeper writes "ready". */
const READY_FD = 3;

const LAUNCH = fileURLToPath(new URL('./launch.ts', import.meta.url));

/** Resolves when a keeper listens: the new keeper, or another keeper that already runs. */
export async function spawnKeeper(agentDir: string): Promise<void> {
  mkdirSync(agentDir, { recursive: true, mode: 0o700 });
  const log = openSync(join(agentDir, LOG_FILE), 'a', 0o600);
  try {
    // The launcher starts the keeper and exits at once. So the keeper becomes a child of init, in a session
    // of its own.
    const launcher = spawn(process.execPath, [LAUNCH, agentDir], {
      detached: true,
      stdio: ['ignore', log, log, 'pipe'],
    });
    const said = await whole(launcher.stdio[READY_FD] as Readable);
    if (said !== 'ready') {
      throw new UniCoreError(
        'INTERNAL',
        `The keeper of the terminals did not start; ${join(agentDir, LOG_FILE)} says why.`,
      );
    }
  } finally {
    closeSync(log);
  }
}

async function whole(stream: Readable): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += chunk;
  return text;
}
