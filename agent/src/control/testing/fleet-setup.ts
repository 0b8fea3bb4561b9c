/** Sets up a fleet on a runtime whose answers the test chooses. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { VmObserved, VmOrder } from '@unicore/protocol/control';
import { SimClock } from '@unicore/protocol/sim';
import { pino } from 'pino';
import { FakeRuntime } from '../../runtime/testing/index.ts';
import { Fleet } from '../index.ts';

const folders: string[] = [];
const fleets: Fleet[] = [];
/** Closes all fleets and deletes their folders. Tests call this function from `afterEach`. */
export async function closeFleets(): Promise<void> {
  for (const fleet of fleets.splice(0)) await fleet.close();
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
}

export async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'unicore-fleet-'));
  folders.push(folder);
  return folder;
}

export function order(desired: VmOrder['desired'], more: Partial<VmOrder> = {}): VmOrder {
  return { vmId: 'one', gen: 1, desired, image: 'unicore/vm', size: 'small', attempt: 1, ...more };
}

export async function startFleet(runtime = new FakeRuntime(), agentDir?: string) {
  const clock = new SimClock();
  const dir = agentDir ?? (await newFolder());
  const seen: VmObserved[] = [];
  const fleet = await Fleet.load({
    agentDir: dir,
    runtime,
    clock,
    random: () => 0.5,
    log: pino({ level: 'silent' }),
    changed: (vm) => seen.push(vm),
  });
  fleets.push(fleet);
  void fleet.start();
  await clock.advance(0);
  return {
    runtime,
    clock,
    dir,
    fleet,
    seen,
    phases: () => seen.map(({ phase }) => phase),
    one: () => fleet.observed().find(({ vmId }) => vmId === 'one'),
    /** Gives orders to the fleet, and waits until the orders are carried out. */
    async apply(...orders: VmOrder[]) {
      await fleet.apply(orders);
      await clock.advance(10);
    },
  };
}
