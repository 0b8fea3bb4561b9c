/** Tests of what every launcher must do. Each launcher runs them with a fake holder in place of the real one. */
import { systemClock } from '@unicore/protocol';
import type { DesktopRef } from '@unicore/protocol/control';
import { afterEach, expect, test } from 'vitest';
import type { HolderStatus } from '../holder/index.ts';
import type { DesktopLauncher, LaunchOrder } from '../launch/index.ts';
import { connectHolder } from '../link/index.ts';
import { closeDesktops, newFolder } from './desktops-setup.ts';
import { FAILS_MS } from './failing-start.ts';
import { runDesktops } from './run-desktops.ts';

export interface LauncherHarness {
  launcher: DesktopLauncher;
  /** An image that exists. Launchers without images accept any name. */
  image: string;
  /** Kills the holder's process with SIGKILL. */
  kill(ref: DesktopRef): Promise<void>;
  /** Names all that is left on this machine of these desktops: processes, folders, containers. */
  remains(refs: DesktopRef[]): Promise<string[]>;
  close(): Promise<void>;
}

export function launcherContract(make: () => Promise<LauncherHarness>): void {
  let harness: LauncherHarness | undefined;
  const made: DesktopRef[] = [];

  async function desktop(name: string, more: Partial<LaunchOrder> = {}) {
    harness ??= await make();
    // An id that only this test run uses. An earlier run that was killed may have left its desktop.
    const ref = { sessionId: `${name}-${process.pid}`, attempt: 1 };
    made.push(ref);
    const { launcher, image } = harness;
    const limits = { lifeMs: 60_000, idleMs: 60_000, bootMs: 60_000 };
    const order: LaunchOrder = { ...ref, image, scale: 1, ...limits, ...more };
    return { harness, launcher, ref, order };
  }

  /** Connects to the holder, and waits until it listens. */
  async function holderOf(launcher: DesktopLauncher, ref: DesktopRef) {
    const told: HolderStatus[] = [];
    for (;;) {
      try {
        const holder = await connectHolder(await launcher.connect(ref), systemClock, (status) =>
          told.push(status),
        );
        return { told, ...holder };
      } catch (error) {
        if ((await launcher.find(ref)).state !== 'alive') throw error;
      }
    }
  }

  async function over(launcher: DesktopLauncher, ref: DesktopRef) {
    for (;;) {
      const presence = await launcher.find(ref);
      if (presence.state === 'over') return presence.outcome;
      if (presence.state === 'absent') throw new Error('nothing is left of it');
    }
  }

  afterEach(async () => {
    for (const ref of made) await harness?.launcher.remove(ref);
    const remains = (await harness?.remains(made.splice(0))) ?? [];
    await harness?.close();
    await closeDesktops();
    harness = undefined;
    expect(remains).toEqual([]);
  });

  test('a started desktop is alive and listed, and its holder can be reached, also twice', async () => {
    const { launcher, ref, order } = await desktop('start');
    await launcher.start(order);
    expect(await launcher.find(ref)).toEqual({ state: 'alive' });
    expect(await launcher.list()).toEqual([ref]);
    for (let i = 0; i < 2; i++) {
      const { control, leg, told, closed } = await holderOf(launcher, ref);
      expect(await control.status()).toMatchObject({ phase: 'running' });
      expect(told).toHaveLength(1);
      leg.close('OK', 'the test');
      await closed;
    }
    expect(await launcher.find(ref)).toEqual({ state: 'alive' });
  });

  test('an attempt is started once, and another one of the same session beside it', async () => {
    const { launcher, ref, order } = await desktop('twice');
    await launcher.start(order);
    const first = await holderOf(launcher, ref);
    await first.control.limit({ lifeMs: 1, idleMs: 2 });
    await launcher.start(order);
    const next = { ...ref, attempt: 2 };
    made.push(next);
    await launcher.start({ ...order, ...next });
    expect((await launcher.list()).toSorted((a, b) => a.attempt - b.attempt)).toEqual([ref, next]);
    await launcher.remove(next);
    expect(await first.control.status()).toMatchObject({ phase: 'running' });
    expect(await launcher.list()).toEqual([ref]);
  });

  test('a desktop that is told to end leaves its last status', async () => {
    const { launcher, ref, order } = await desktop('end');
    await launcher.start(order);
    const { control, closed } = await holderOf(launcher, ref);
    await control.end({ code: 'OK', reason: 'enough' });
    await closed;
    const { status, lines } = await over(launcher, ref);
    expect(status).toMatchObject({ phase: 'ended', reason: 'enough', use: { sentBytes: 7 } });
    expect(lines).toContain('the stand-in starts');
    expect(await launcher.list()).toEqual([ref]);
    await launcher.start(order);
    expect(await launcher.find(ref)).toMatchObject({ state: 'over' });
  });

  test('stop ends the holder in order, and then all other processes', async () => {
    const { launcher, ref, order } = await desktop('stop');
    await launcher.start(order);
    await holderOf(launcher, ref);
    await launcher.stop(ref);
    expect(await launcher.find(ref)).toMatchObject({
      state: 'over',
      outcome: { status: { phase: 'ended', reason: 'SIGTERM' } },
    });
    await launcher.stop(ref);
  });

  test('a holder that is killed is over, and leaves no status', async () => {
    const { harness, launcher, ref, order } = await desktop('kill');
    await launcher.start(order);
    const { closed } = await holderOf(launcher, ref);
    await harness.kill(ref);
    await closed;
    expect(await over(launcher, ref)).toMatchObject({ status: null });
    await expect(
      launcher.connect(ref).then((stream) => connectHolder(stream, systemClock, () => {})),
    ).rejects.toThrow();
  });

  test('a holder that cannot start leaves its last lines', async () => {
    const { launcher, ref, order } = await desktop('fails', { idleMs: FAILS_MS });
    await launcher.start(order);
    const { status, lines } = await over(launcher, ref);
    expect(status).toBeNull();
    expect(lines).toContain('no display');
  });

  test('stopping and removing a desktop that does not exist is harmless', async () => {
    const { launcher, ref } = await desktop('absent');
    await launcher.stop(ref);
    await launcher.remove(ref);
    expect(await launcher.find(ref)).toEqual({ state: 'absent' });
    expect(await launcher.list()).toEqual([]);
    await expect(launcher.connect(ref)).rejects.toMatchObject({ code: 'LEG_LOST' });
  });

  test('a desktop outlives its agent, and is ended and removed as ordered', async () => {
    const { launcher, order } = await desktop('outlives');
    const dir = await newFolder();
    const first = await runDesktops(launcher, dir);
    await first.desktops.apply([{ ...order, desired: 'running' }]);
    await first.until(({ phase }) => phase === 'running');
    await first.desktops.close();
    const { desktops, until } = await runDesktops(launcher, dir);
    await until(({ phase, use }) => phase === 'running' && use?.sentBytes === 7);
    await desktops.apply([{ ...order, desired: 'ended' }]);
    const { code, use } = await until(({ phase }) => phase === 'ended');
    await desktops.close();
    expect(code).toBeNull();
    expect(use).toMatchObject({ sentBytes: 7 });
    expect(await launcher.list()).toEqual([]);
  });

  test('a desktop whose holder is killed has ended, with the reason', async () => {
    const { harness, launcher, ref, order } = await desktop('killed');
    const { desktops, until } = await runDesktops(launcher, await newFolder());
    await desktops.apply([{ ...order, desired: 'running' }]);
    await until(({ phase }) => phase === 'running');
    await harness.kill(ref);
    const end = await until(({ phase }) => phase === 'ended');
    await desktops.close();
    expect(end).toMatchObject({ code: 'CONTAINER_LOST', isolation: 'sandboxed' });
    expect(await launcher.list()).toEqual([]);
  });

  test('many bytes pass unchanged in both directions', async () => {
    const { launcher, ref, order } = await desktop('bytes');
    await launcher.start(order);
    const { control } = await holderOf(launcher, ref);
    const pictures = await Promise.all(Array.from({ length: 50 }, () => control.screenshot({})));
    for (const { png } of pictures) expect(Buffer.compare(png, pictures[0]!.png)).toBe(0);
    expect(pictures[0]!.png.length).toBeGreaterThan(100_000);
  });
}
