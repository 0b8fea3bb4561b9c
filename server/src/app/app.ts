/**
 * Creates a whole hub from its configuration, including its store (database). Several hubs may run in one
 * process.
 */
import { type Clock, systemClock, UniCoreError } from '@unicore/protocol';
import type { Logger } from 'pino';
import { LocalAuth } from '../auth/index.ts';
import type { Backplane } from '../backplane/index.ts';
import type { Config } from '../config.ts';
import type { CloudLauncher } from '../desktop/index.ts';
import { createLog } from '../log.ts';
import { openStore, type Store } from '../store/index.ts';
import { type Hub, openHub } from './hub.ts';

/** Tests use this type to replace the real clock, log, backplane and Cloud Run. */
export interface Overrides {
  clock?: Clock;
  /** Milliseconds since 1970. */
  now?: () => number;
  log?: Logger;
  /** A backplane that several hubs in one process share. */
  backplane?: Backplane;
  cloudRun?: CloudLauncher;
}

export interface App {
  readonly auth: LocalAuth;
  readonly store: Store;
  /**
   * Starts the hub. Resolves when the hub accepts requests. port: the port on which the hub listens. If the
   * configured port is 0, the operating system has chosen this port.
   */
  start(): Promise<{ port: number; url: string }>;
  /**
   * Stops the hub. First gives all peers the configured time to move to another hub, then closes all sockets
   * within 5 s. With `drain: false` the sockets are closed at once, because no other hub will be available.
   */
  stop(how?: { drain: boolean }): Promise<void>;
}

/**
 * Creates a hub, but does not start it. This function opens the store. start() opens the backplane and
 * everything else.
 */
export function createApp(config: Config, overrides: Overrides = {}): App {
  const { clock = systemClock, now = Date.now, log = createLog(config.logLevel) } = overrides;
  const { backplane, cloudRun } = overrides;
  const store = openStore(config);
  const auth = new LocalAuth(store, now);
  let opening: Promise<Hub> | undefined;
  let stopped = false;
  return {
    auth,
    store,
    async start() {
      opening = openHub({ config, store, auth, backplane, cloudRun, clock, now, log });
      const hub = await opening;
      if (stopped) throw new UniCoreError('GOING_AWAY', 'The hub was stopped while it started.');
      return hub.start();
    },
    async stop(how = { drain: true }) {
      stopped = true;
      // If the hub is still being opened, stop() waits until it is open, and then closes it. If opening
      // fails, start() reports the error, so stop() ignores it.
      const hub = await opening?.catch(() => undefined);
      await hub?.stop(how.drain ? config.drainSeconds * 1000 : 0);
      await store.close();
      log.info('hub stopped');
    },
  };
}
