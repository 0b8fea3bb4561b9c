/** Starts the keeper as a process of nobody: whoever stops or kills the tunnel, and all its children, misses it. */
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { UniCoreError } from '@unicore/protocol';

/** A log that grew beyond this is set aside when a keeper starts; one older log is kept. */
const MAX_LOG_BYTES = 1024 * 1024;
/** The pipe on which the keeper says that it listens. */
const READY_FD = 3;

const LAUNCH = fileURLToPath(new URL('./launch.ts', import.meta.url));

/** Resolves when the keeper listens, or when it found another one doing so. */
export async function spawnKeeper(agentDir: string): Promise<void> {
  mkdirSync(agentDir, { recursive: true, mode: 0o700 });
  const log = openLog(join(agentDir, 'keeper.log'));
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
        `The keeper of the terminals did not start; ${agentDir}/keeper.log says why.`,
      );
    }
  } finally {
    closeSync(log);
  }
}

function openLog(path: string): number {
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > MAX_LOG_BYTES) {
    rmSync(`${path}.1`, { force: true });
    renameSync(path, `${path}.1`);
  }
  return openSync(path, 'a', 0o600);
}

async function whole(stream: Readable): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += chunk;
  return text;
}
