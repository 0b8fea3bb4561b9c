/** Runs real programs: Xvnc, Openbox and Chromium of this machine, as a user who is not root. */
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { RawClient } from '../rfb/index.ts';
import { readBanner } from './rfb-banner.ts';
import { DESKTOP_UID, HeldDesktop, openDisplayScript } from './testing/index.ts';

const run = promisify(execFile);

async function displayOf(desktop: HeldDesktop): Promise<number> {
  const pid = await desktop.pidOf('Xvnc');
  const [, display] = /\0:(\d+)\0/.exec(await readFile(`/proc/${pid}/cmdline`, 'utf8')) ?? [];
  return Number(display);
}

test('a desktop boots, paints and runs in its own sandbox, and leaves no process', async () => {
  await using desktop = await HeldDesktop.start({ width: 1000, height: 700 });
  await desktop.reached('running');
  expect(desktop.phases.map(({ name }) => name)).toEqual(['booting', 'painting', 'running']);
  expect(await readBanner(join(desktop.folder, 'rfb.sock'))).toBe('RFB 003.008');
  const { isolation, usage } = await desktop.usage();
  expect(isolation).toBe('sandboxed');
  expect(usage.seconds).toBeGreaterThan(0);

  const renderers = async () => {
    const states: string[] = [];
    for (const pid of await desktop.pids('chromium')) {
      const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      expect(command).not.toContain('--no-sandbox');
      if (!command.includes('--type=renderer')) continue;
      states.push(await readFile(`/proc/${pid}/status`, 'utf8').catch(() => ''));
    }
    return states;
  };
  expect((await renderers()).length).toBeGreaterThan(0);
  // A renderer process activates its sandbox a moment after its start.
  const isClosed = (state: string) => /^Seccomp:\t2$/m.test(state);
  await expect.poll(async () => (await renderers()).every(isClosed)).toBe(true);

  await desktop.end();
  expect(desktop.phases.at(-1)).toMatchObject({ name: 'ended', reason: 'asked' });
  await expect.poll(() => desktop.pids()).toEqual([]);
});

test('a desktop is seen to paint although a viewer changes the size of its screen meanwhile', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'unicore-gate-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const [gate, chromium] = [join(folder, 'gate'), join(folder, 'chromium')];
  const wait = `while [ ! -e ${gate} ]; do sleep 0.1; done`;
  await writeFile(chromium, `#!/bin/sh\n${wait}\nexec /usr/lib/chromium/chromium "$@"\n`, { mode: 0o755 });
  await chmod(folder, 0o755);
  await using desktop = await HeldDesktop.start({ paths: { chromium } });
  await desktop.reached('painting');
  const viewer = await RawClient.connect(connect(join(desktop.folder, 'rfb.sock')));
  await viewer.until(() => viewer.canResize);
  for (const width of [900, 1000]) {
    viewer.resize(width, 700);
    await viewer.until(() => viewer.width === width);
  }
  await writeFile(gate, '');
  await desktop.reached('running');
  expect(desktop.phases.map(({ name }) => name)).toEqual(['booting', 'painting', 'running']);
  viewer.close();
});

test('nothing listens for strangers, and no other user can open the display or the VNC socket', async () => {
  await using desktop = await HeldDesktop.start();
  await desktop.reached('running');
  // Only the desktop's own sockets are checked, because other programs of the machine may open and close sockets
  // meanwhile.
  const own = new Set(await desktop.pids());
  const { stdout } = await run('ss', ['-H', '-ltnup']);
  const pids = [...stdout.matchAll(/pid=(\d+)/g)].map(([, pid]) => Number(pid));
  expect(pids.filter((pid) => own.has(pid) || pid === desktop.pid)).toEqual([]);

  const display = await displayOf(desktop);
  const script = openDisplayScript(display);
  for (const uid of [DESKTOP_UID + 1, DESKTOP_UID]) {
    const user = [`--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', process.execPath, '--eval', script];
    expect((await run('setpriv', user)).stdout.trim(), `user ${uid} without the cookie`).toBe('0');
  }
  expect((await run('ss', ['-H', '-lx'])).stdout).not.toContain(`@/tmp/.X11-unix/X${display}`);
  const modes = await Promise.all(
    ['', 'Xauthority', 'rfb.sock'].map((name) => stat(join(desktop.folder, name))),
  );
  expect(modes.map(({ mode }) => mode & 0o777)).toEqual([0o700, 0o600, 0o600]);
});

test('each program that is killed comes back, and a killed Xvnc brings all of them back', async () => {
  await using desktop = await HeldDesktop.start();
  await desktop.reached('running');
  for (const name of ['chromium', 'openbox', 'Xvnc']) {
    const before = await desktop.pidOf(name);
    const seen = desktop.phases.length;
    process.kill(before, 'SIGKILL');
    if (name !== 'openbox') await desktop.reached('running', seen);
    await expect.poll(async () => (await desktop.pids(name)).some((pid) => pid !== before)).toBe(true);
    await expect.poll(async () => await desktop.pids(name)).not.toContain(before);
    expect(await desktop.cdp('Browser.getVersion')).toHaveProperty('product');
  }
  expect(desktop.phases.map(({ reason }) => reason).filter(Boolean)).toEqual([
    'Chromium was ended by SIGKILL.',
    'Xvnc was ended by SIGKILL.',
  ]);
});

test('after a crash, Chromium opens the same pages again', async () => {
  await using desktop = await HeldDesktop.start();
  await desktop.reached('running');
  const marker = async () => {
    const { targetInfos } = await desktop.cdp('Target.getTargets');
    return (targetInfos as { title: string }[]).some(({ title }) => title === 'marker');
  };
  await expect.poll(marker).toBe(true);
  // Chromium saves its tabs from time to time.
  const sessions = join(desktop.folder, 'profile/Default/Sessions');
  const isSaved = async () => {
    const files = await readdir(sessions).catch(() => []);
    const texts = await Promise.all(files.map((name) => readFile(join(sessions, name), 'latin1')));
    return texts.some((text) => text.includes('marker'));
  };
  await expect.poll(isSaved).toBe(true);
  const seen = desktop.phases.length;
  const pid = await desktop.pidOf('chromium');
  process.kill(pid, 'SIGKILL');
  await desktop.reached('running', seen);
  await expect.poll(marker).toBe(true);
});

/** Returns the pids of the running Chromiums that the holder has started, without their child processes. */
async function browsers(desktop: HeldDesktop): Promise<number[]> {
  const all = await desktop.pids('chromium');
  const stats = await Promise.all(all.map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')));
  return all.filter((_, index) => {
    const [state, parent] = stats[index]!.slice(stats[index]!.lastIndexOf(')') + 2).split(' ');
    return state !== 'Z' && Number(parent) === desktop.pid;
  });
}

test('a program that is killed again and again ends the desktop with a reason', async () => {
  await using desktop = await HeldDesktop.start();
  await desktop.reached('running');
  let last: number | undefined;
  for (let i = 0; i < 3; i++) {
    // A killed Chromium and its child processes stay visible for a moment. They must not count.
    let pid = last;
    const isNew = async () => {
      pid = (await browsers(desktop)).find((one) => one !== last);
      return pid !== undefined;
    };
    await expect.poll(isNew).toBe(true);
    if (pid !== undefined) process.kill(pid, 'SIGKILL');
    last = pid;
  }
  const { code, reason } = await desktop.reached('failed');
  expect(code).toBe('SESSION_ENDED');
  expect(reason).toContain('Chromium was ended by SIGKILL, again and again');
  await expect.poll(() => desktop.pids()).toEqual([]);
});

test.for([
  ['crashes at its start', '#!/bin/sh\necho "no usable sandbox" >&2\nexit 1\n', 'no usable sandbox'],
  ['is missing', undefined, 'not-there'],
] as const)('a Chromium that %s fails the desktop with its last lines', async ([, script, said]) => {
  const path = join(
    '/tmp',
    `unicore-chromium-${process.pid}-${script === undefined ? 'not-there' : 'broken'}`,
  );
  if (script !== undefined) await writeFile(path, script, { mode: 0o755 });
  await using desktop = await HeldDesktop.start({ paths: { chromium: path } });
  const { code, reason } = await desktop.reached('failed');
  expect(code).toBe('LAUNCH_FAILED');
  expect(reason).toContain(said);
  expect(desktop.phases.map(({ name }) => name)).not.toContain('running');
  await rm(path, { force: true });
});

test('a holder that is killed leaves no program behind', async () => {
  await using desktop = await HeldDesktop.start();
  await desktop.reached('running');
  process.kill(desktop.pid, 'SIGKILL');
  await expect.poll(() => desktop.pids()).toEqual([]);
});

test('two desktops of one user start at the same time on displays of their own', async () => {
  await using one = await HeldDesktop.start();
  await using other = await HeldDesktop.start();
  await Promise.all([one.reached('running'), other.reached('running')]);
  expect(await displayOf(one)).not.toBe(await displayOf(other));
  const pid = await one.pidOf('chromium');
  expect(await readlink(`/proc/${pid}/ns/net`)).not.toBe(await readlink('/proc/self/ns/net'));
});

test('a screen at scale 2 shows the page with two pixels for each of its own', async () => {
  await using desktop = await HeldDesktop.start({ scale: 2 });
  await desktop.reached('running');
  const { targetInfos } = await desktop.cdp('Target.getTargets');
  const page = (targetInfos as { type: string; targetId: string }[]).find(({ type }) => type === 'page');
  const { sessionId } = await desktop.cdp('Target.attachToTarget', {
    targetId: page?.targetId,
    flatten: true,
  });
  const { result } = await desktop.cdp(
    'Runtime.evaluate',
    { expression: 'devicePixelRatio' },
    String(sessionId),
  );
  expect(result).toMatchObject({ value: 2 });
});
