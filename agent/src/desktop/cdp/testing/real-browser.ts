/** A real Chromium with windows on a screen of its own (Xvnc), for tests of programs that share it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable, Writable } from 'node:stream';
import type { Folders, PipeStreams } from '../index.ts';

/** The browser may connect to this machine only. */
const FLAGS = [
  '--remote-debugging-pipe',
  '--no-first-run',
  '--no-default-browser-check',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--hide-crash-restore-bubble',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
];

export interface RealBrowser extends AsyncDisposable {
  readonly folders: Folders;
  readonly pipe: PipeStreams;
  readonly process: ChildProcess;
  /** Starts another Chromium with the same profile, as after a crash. */
  restart(): void;
}

export async function startRealBrowser(): Promise<RealBrowser> {
  const home = await mkdtemp(join(tmpdir(), 'unicore-cdp-'));
  const folders = { downloads: join(home, 'Downloads'), uploads: join(home, 'Uploads') };
  await Promise.all(Object.values(folders).map((folder) => mkdir(folder)));
  const screen = await startScreen(home);
  const env = { ...process.env, HOME: home, DISPLAY: screen.display };
  const windows = spawn('openbox', { env, stdio: 'ignore' });
  const start = () => startChromium(home, env);
  let chromium = start();
  return {
    folders,
    get pipe() {
      return chromium.pipe;
    },
    get process() {
      return chromium.process;
    },
    restart() {
      chromium = start();
    },
    async [Symbol.asyncDispose]() {
      await end(chromium.process);
      await end(windows);
      await end(screen.process);
      await rm(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function startScreen(home: string): Promise<{ process: ChildProcess; display: string }> {
  const socket = join(home, 'rfb');
  const args = ['-displayfd', '3', '-geometry', '1280x900', '-rfbport', '-1', '-rfbunixpath', socket];
  const xvnc = spawn('Xvnc', [...args, '-SecurityTypes', 'None', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const numbers = xvnc.stdio[3];
  if (!(numbers instanceof Readable)) throw new Error('Xvnc has no file descriptor 3');
  const [number] = await once(createInterface(numbers), 'line');
  return { process: xvnc, display: `:${number}` };
}

function startChromium(home: string, env: NodeJS.ProcessEnv): { process: ChildProcess; pipe: PipeStreams } {
  // Chromium's sandbox does not work for root. Running without it is safe here, because only the tests' own pages
  // are opened.
  const root = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const args = [...FLAGS, ...root, `--user-data-dir=${join(home, 'profile')}`, 'about:blank'];
  const chromium = spawn('chromium', args, { env, stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
  const [, , , output, input] = chromium.stdio;
  if (!(output instanceof Writable && input instanceof Readable)) throw new Error('Chromium has no pipe');
  return { process: chromium, pipe: { input, output } };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}
