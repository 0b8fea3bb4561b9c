/**
 * Creates the parts of a hub that manage VMs: the requests of users, the placement on providers, and the
 * reports of agents.
 */
import type { Clock } from '@unicore/protocol';
import type { Logger } from 'pino';
import type { Backplane } from '../backplane/index.ts';
import type { HubEvents } from '../events/index.ts';
import type { Presence } from '../provider/index.ts';
import type { Store } from '../store/index.ts';
import { PeriodicWork, Placer, Reports, VmAccess, Vms, VmViews, VmWriter } from '../vm/index.ts';

export interface VmPartsOptions {
  store: Store;
  backplane: Backplane;
  clock: Clock;
  /** Milliseconds since 1970. */
  now: () => number;
  log: Logger;
  events: HubEvents;
  presence: Presence;
  defaultImage: string;
}

export function createVmParts(options: VmPartsOptions) {
  const { store, backplane, clock, now, log, events, presence, defaultImage } = options;
  const writer = new VmWriter({ store, events, log, now });
  const placer = new Placer({ store, backplane, clock, presence, writer });
  const vms = new Vms({ store, writer, placer, now, defaultImage });
  return {
    placer,
    vms,
    access: new VmAccess(vms),
    views: new VmViews(store, presence),
    reports: new Reports(store, events, writer),
    periodicWork: new PeriodicWork({ store, backplane, events, placer, clock, log, now }),
  };
}
