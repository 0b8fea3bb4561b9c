/**
 * The first process of a desktop's container on Cloud Run. It runs the dialler, which connects the desktop to
 * its hub, and starts it again if it dies. Without a dialler the desktop would be lost.
 */
import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { NODE_FLAGS } from '../../node/index.ts';
import { monotonicMs } from '../holder/index.ts';
import { type DiallerOrder, takeDialOrder } from './order.ts';

/** Pause before a dialler that died is started again, ms. */
const PAUSE_MS = 500;

/** Resolves when the desktop has ended. program: path of the unicore-desktop program. */
export async function superviseDialler(program: string, folder: string): Promise<void> {
  const order = takeDialOrder(process.env);
  // The private key is never written to disk. Each dialler gets it through a pipe.
  const { privateKey } = generateKeyPairSync('ed25519');
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  // This is the first process of the container, so its age is the age of the container.
  const startedAt = monotonicMs() - process.uptime() * 1000;
  let ending = false;
  let end = () => {};
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      ending = true;
      end();
    });
  }
  const { PATH, LANG, HOME } = process.env;
  for (;;) {
    const dialler = spawn(process.execPath, [...NODE_FLAGS, program, 'dialler', folder], {
      stdio: ['pipe', 'inherit', 'inherit'],
      env: { PATH, LANG, HOME },
    });
    end = () => dialler.kill('SIGTERM');
    // Ignores a broken pipe: a dialler that dies at once causes one, and its exit is handled below.
    dialler.stdin.on('error', () => {});
    dialler.stdin.end(JSON.stringify({ ...order, key, ending, startedAt } satisfies DiallerOrder));
    const [code] = await once(dialler, 'exit');
    if (code === 0) return;
    await sleep(PAUSE_MS);
  }
}
