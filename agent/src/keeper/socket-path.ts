/** Computes the path of the keeper's socket. */
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The kernel limits the path of a unix socket to 108 bytes on Linux, and to 104 bytes on other systems. */
const MAX_PATH_BYTES = 100;

export function keeperSocketPath(agentDir: string): string {
  const short = createHash('sha256').update(agentDir).digest('hex').slice(0, 16);
  if (process.platform === 'win32') return `\\\\.\\pipe\\unicore-${short}`;
  const path = join(agentDir, 'keeper.sock');
  return Buffer.byteLength(path) <= MAX_PATH_BYTES ? path : join(tmpdir(), `unicore-${short}`, 'keeper.sock');
}
