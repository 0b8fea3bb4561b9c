/** Tests of the process launcher with real processes: its contract, and what its folders protect. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { type LauncherHarness, launcherContract } from '../testing/index.ts';
import { Places } from './place.ts';
import { ProcessLauncher } from './process.ts';

const PROGRAM = fileURLToPath(new URL('../testing/stand-in.ts', import.meta.url));
const X_SOCKETS = '/tmp/.X11-unix';
const IS_ROOT = process.getuid?.() === 0;

async function harness(): Promise<LauncherHarness & { places: Places }> {
  const agentDir = mkdtempSync(join(tmpdir(), 'unicore-launcher-'));
  const places = new Places(agentDir);
  return {
    launcher: new ProcessLauncher({ agentDir, program: PROGRAM }),
    places,
    image: 'none',
    kill: async (ref) => {
      const { pid } = JSON.parse(readFileSync(places.of(ref).pidFile, 'utf8'));
      process.kill(pid, 'SIGKILL');
    },
    remains: async (refs) =>
      refs
        .map((ref) => places.of(ref))
        .flatMap(({ folder, home }) => [
          ...(existsSync(folder) ? [folder] : []),
          ...pidsOf(home).map((pid) => `process ${pid}`),
        ]),
    close: async () => {
      rmSync(agentDir, { recursive: true });
      const base = join(places.of({ sessionId: 'x', attempt: 1 }).folder, '..');
      expect(existsSync(base)).toBe(false);
    },
  };
}

/** Finds the processes of a desktop by their environment. */
function pidsOf(home: string): string[] {
  return readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      return readFileSync(`/proc/${name}/environ`, 'latin1').includes(`HOME=${home}\0`);
    } catch {
      return false;
    }
  });
}

launcherContract(harness);

const REF = { sessionId: `places-${process.pid}`, attempt: 1 };
const ORDER = { ...REF, image: 'none', scale: 1, lifeMs: 1_000, idleMs: 1_000, bootMs: 1_000 } as const;

test('as root, a desktop runs as a user of its own, in a folder of its own', async () => {
  const { launcher, places, close } = await harness();
  await launcher.start(ORDER);
  const { home, folder, uid } = places.of(REF);
  const { pid } = JSON.parse(readFileSync(places.of(REF).pidFile, 'utf8'));
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const own = IS_ROOT ? uid : process.getuid?.();
  expect(status).toMatch(new RegExp(`^Uid:(\\t${own}){4}$`, 'm'));
  expect(status).toMatch(IS_ROOT ? /^Groups:\s*$/m : /^Groups:/m);
  expect(lstatSync(home)).toMatchObject({ uid: own, mode: 0o40700 });
  expect(lstatSync(folder)).toMatchObject({ uid: process.getuid?.(), mode: IS_ROOT ? 0o40711 : 0o40700 });
  expect(places.of({ ...REF, attempt: 2 }).uid === uid).toBe(!IS_ROOT);
  await launcher.remove(REF);
  await close();
});

test('what the user of a desktop puts in place of its files is not read', async () => {
  const { launcher, places, close } = await harness();
  await launcher.start(ORDER);
  await launcher.stop(REF);
  const end = join(places.of(REF).home, 'end.json');
  const outcome = async () => {
    const presence = await launcher.find(REF);
    return presence.state === 'over' && presence.outcome.status;
  };
  rmSync(end, { force: true });
  symlinkSync('/etc/hostname', end);
  expect(await outcome()).toBeNull();
  rmSync(end);
  execFileSync('mkfifo', [end]);
  expect(await outcome()).toBeNull();
  rmSync(end);
  writeFileSync(end, `{"phase":"ended","junk":"${'x'.repeat(100_000)}"}`);
  expect(await outcome()).toBeNull();
  await launcher.remove(REF);
  await close();
});

test('files that the user of a desktop has left elsewhere are removed', async () => {
  if (!IS_ROOT) return;
  const { launcher, places, close } = await harness();
  await launcher.start(ORDER);
  const { uid } = places.of(REF);
  // An X server that is killed leaves its lock and its socket.
  mkdirSync(X_SOCKETS, { recursive: true });
  chmodSync(X_SOCKETS, 0o1777);
  const strays = [join('/tmp', `.X${process.pid}-lock`), join(X_SOCKETS, `X${process.pid}`)];
  execFileSync('setpriv', [`--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', 'touch', ...strays]);
  await launcher.remove(REF);
  expect(strays.filter((stray) => existsSync(stray))).toEqual([]);
  await close();
});

test('a folder that another user could write is refused', async () => {
  if (!IS_ROOT) return;
  const { launcher, places, close } = await harness();
  const base = join(places.of(REF).folder, '..');
  execFileSync('install', ['-d', '-o', '65534', base]);
  await expect(launcher.start(ORDER)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  rmSync(base, { recursive: true });
  await close();
});

test('a session id that is too long for the path of a socket is refused', async () => {
  const { launcher, close } = await harness();
  const start = launcher.start({ ...ORDER, sessionId: 'x'.repeat(64) });
  await expect(start).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  await close();
});
