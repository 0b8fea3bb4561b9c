/** A whole hub from its configuration, with its store. Several may run in one process. */
import { type Clock, systemClock, UniCoreError } from '@unicore/protocol';
import type { Logger } from 'pino';
import { LocalAuth } from '../auth/index.ts';
import type { Backplane } from '../backplane/index.ts';
import type { Config } from '../config.ts';
import { createLog } from '../log.ts';
import { openStore, type Store } from '../store/index.ts';
import { type Hub, openHub } from './hub.ts';

/** Replacements for the real clock, log and backplane, for tests. */
export interface Overrides {
  clock?: Clock;
  /** Milliseconds since 1970. */
  now?: () => number;
  log?: Logger;
  /** A backplane that several hubs in one process share. */
  backplane?: Backplane;
}

export interface App {
  readonly auth: LocalAuth;
  readonly store: Store;
  /** Resolves when the hub accepts requests. port: the actual one, where the configuration says 0. */
  start(): Promise<{ port: number; url: string }>;
  /**
   * Lets every peer move to another hub first, for as long as is configured; then closes all sockets within 5 s. drain:
   * false if no other hub will be there.
   */
  stop(how?: { drain: boolean }): Promise<void>;
}

/** The store is open once this returns; start() opens the backplane and everything else. */
export function createApp(config: Config, overrides: Overrides = {}): App {
  const { clock = systemClock, now = Date.now, log = createLog(config.logLevel), backplane } = overrides;
  const store = openStore(config);
  const auth = new LocalAuth(store, now);
  let opening: Promise<Hub> | undefined;
  let stopped = false;
  return {
    auth,
    store,
    async start() {
      opening = openHub({ config, store, auth, backplane, clock, now, log });
      const hub = await opening;
      if (stopped) throw new UniCoreError('GOING_AWAY', 'The hub was stopped while it started.');
      return hub.start();
    },
    async stop(how = { drain: true }) {
      stopped = true;
      // A hub that is still being opened is closed as well. If that fails, start() rejects with the reason.
      const hub = await opening?.catch(() => undefined);
      await hub?.stop(how.drain ? config.drainSeconds * 1000 : 0);
      await store.close();
      log.info('hub stopped');
    },
  };
}
