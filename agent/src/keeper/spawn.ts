/** Starts the keeper as a process of nobody: whoever stops or kills the tunnel, and all its children, misses it. */
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { UniCoreError } from '@unicore/protocol';

/** In the agent's folder: what the keeper writes, and what it says when it cannot even start. */
export const LOG_FILE = 'keeper.log';
/** The pipe on which the keeper says that it listens. */
const READY_FD = 3;

const LAUNCH = fileURLToPath(new URL('./launch.ts', import.meta.url));

/** Resolves when the keeper listens, or when it found another one doing so. */
export async function spawnKeeper(agentDir: string): Promise<void> {
  mkdirSync(agentDir, { recursive: true, mode: 0o700 });
  const log = openSync(join(agentDir, LOG_FILE), 'a', 0o600);
  try {
    // A launcher in between, which ends at once: the keeper then is a child of init, in a session of its own.
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
