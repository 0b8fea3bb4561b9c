/** Runs the desktops of an agent on a real launcher, in real time. */
import { systemClock } from '@unicore/protocol';
import type { DesktopObserved } from '@unicore/protocol/control';
import { pino } from 'pino';
import { Desktops } from '../fleet/index.ts';
import type { DesktopLauncher } from '../launch/index.ts';

export async function runDesktops(launcher: DesktopLauncher, agentDir: string) {
  let wake: () => void = () => undefined;
  const desktops = await Desktops.load({
    agentDir,
    launcher,
    clock: systemClock,
    random: Math.random,
    log: pino({ level: 'silent' }),
    changed: () => wake(),
  });
  await desktops.start();
  return {
    desktops,
    /** Resolves with the state of a desktop that meets the condition. */
    async until(condition: (seen: DesktopObserved) => boolean): Promise<DesktopObserved> {
      for (;;) {
        const seen = desktops.observed().find(condition);
        if (seen) return seen;
        await new Promise<void>((changed) => {
          wake = changed;
        });
      }
    },
  };
}
