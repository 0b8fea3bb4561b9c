/**
 * Redis fails in every way that it does, under people who type: some at the hub that has their provider, some at another one.
 * The former must not notice; the latter wait and go on.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { UniCore } from '@unicore/client/sdk';
import { listen } from '../../testing/listen.ts';
import { runningVm, untilOnline } from '../../testing/vms.ts';
import { now } from '../run/messages.ts';
import { type Deployment, onDeployment } from './deployment.ts';
import { type Outage, outages } from './outages.ts';
import { StatusWatcher } from './status-watcher.ts';
import { type Felt, felt } from './typing/echoes.ts';
import type { TypistPlace } from './typing/messages.ts';
import { Typists } from './typing/typists.ts';

/** Each at the hub of its number. */
const PROVIDERS = 2;
/** At each hub, for each VM. */
const PLACES = 2;
const KEY_EVERY_MS = 100;
/** A channel that has not come back by then is lost; a limit for hangs. */
const BACK_LIMIT_MS = 30_000;

export interface FailingOptions {
  readonly pauseMs: number;
  /** All is quiet so long before the first outage, and keystrokes count so long after each. */
  readonly quietMs: number;
  /** Names of outages; all, if not said. */
  readonly only?: readonly string[];
  readonly direct: boolean;
  readonly firestore: boolean;
  readonly keepLogs?: boolean;
  step?<T>(name: string, run: () => Promise<T>): Promise<T>;
}

export interface OutageFelt {
  readonly name: string;
  readonly tookMs: number;
  /** Some who were at one hub with their provider are not any more. */
  readonly moves: boolean;
  /** Provider and consumer at one hub. */
  readonly same: Felt;
  readonly across: Felt;
  /** From the end of the outage until everybody saw the echo of a key that was typed after it. */
  readonly backMs: number;
}

export interface FailingOutcome {
  readonly before: { readonly same: Felt; readonly across: Felt };
  readonly outages: readonly OutageFelt[];
  readonly keys: number;
  /** Who was called anything but well at a hub, and how often: none may be. */
  readonly alarms: ReadonlyMap<string, number>;
  /** How often hubs were looked at. */
  readonly looks: number;
  readonly logs: string;
}

/** Rejects when a key is lost, doubled or out of order, or a channel does not come back; the message says where the logs are. */
export async function failing(options: FailingOptions, signal?: AbortSignal): Promise<FailingOutcome> {
  const { pauseMs, quietMs, only, direct, firestore, keepLogs = false, step = (_, run) => run() } = options;
  const settings = { providers: PROVIDERS, direct, firestore, keepLogs };
  return onDeployment(settings, signal, async (deployment, failed) => {
    const { token } = await step('three hubs, two providers', () => start(deployment));
    const watchers = deployment.hubs.map(({ url }, i) => new StatusWatcher(`hub ${i}`, url, token));
    try {
      const vmIds = await vmOfEach(deployment, watchers[0]!.unicore);
      const { places, same } = placesOf(deployment, token, vmIds);
      const typists = new Typists(deployment.programs, { places: [places], everyMs: KEY_EVERY_MS, failed });
      await typists.start();
      for (const watcher of watchers) watcher.start();
      const feltBy = (from: number, to: number) => ({
        same: felt(
          typists.echoes.filter(({ typist }) => same.has(typist)),
          from,
          to,
        ),
        across: felt(
          typists.echoes.filter(({ typist }) => !same.has(typist)),
          from,
          to,
        ),
      });
      const quietFrom = now();
      await sleep(quietMs);
      const quietTo = now();
      const suffered: Suffered[] = [];
      for (const outage of outages(pauseMs).filter(({ name }) => only?.includes(name) ?? true)) {
        deployment.programs.note(outage.name);
        const back = await step(outage.name, () => suffer(outage, deployment, typists));
        await sleep(quietMs);
        suffered.push({ ...back, end: now() });
        await reach(watchers, vmIds, failed);
      }
      await typists.finish();
      return {
        before: feltBy(quietFrom, quietTo),
        outages: suffered.map(({ outage: { name, moves = false }, from, to, end, backMs }) => {
          return { name, moves, tookMs: to - from, backMs, ...feltBy(from, end) };
        }),
        keys: typists.keys,
        alarms: new Map(watchers.flatMap(({ alarms }) => [...alarms])),
        looks: watchers.reduce((sum, { looks }) => sum + looks, 0),
        logs: deployment.programs.logs,
      };
    } finally {
      for (const watcher of watchers) watcher.close();
    }
  });
}

async function start(deployment: Deployment): Promise<{ token: string }> {
  await deployment.start();
  for (const [i, provider] of deployment.providers.entries()) {
    await deployment.join(provider, deployment.hubs[i]!.port);
  }
  return deployment.user('ada');
}

/** A VM at each provider, in their order. */
async function vmOfEach(deployment: Deployment, unicore: UniCore): Promise<string[]> {
  await untilOnline(unicore, deployment.providers.length);
  for (const _ of deployment.providers) await runningVm(unicore);
  const all = await unicore.api.vm.list.query();
  const providers = await unicore.api.provider.list.query();
  providers.sort((a, b) => a.createdAt - b.createdAt);
  return providers.map(({ providerId }) => {
    const vm = all.find((each) => each.providerId === providerId);
    if (!vm) throw new Error(`No VM was placed at provider ${providerId}.`);
    return vm.vmId;
  });
}

/** At every hub for every VM; same: those at the hub that has the VM's provider. */
function placesOf({ hubs }: Deployment, token: string, vmIds: readonly string[]) {
  const places: TypistPlace[] = [];
  const same = new Set<number>();
  for (const [hub, { url }] of hubs.entries()) {
    for (const [provider, vmId] of vmIds.entries()) {
      for (let i = 0; i < PLACES; i++) {
        if (hub === provider) same.add(places.length);
        places.push({ typist: places.length, url, token, vmId, terminalId: `t${hub}-${i}` });
      }
    }
  }
  return { places, same };
}

interface Suffered {
  readonly outage: Outage;
  /** Of the outage. */
  readonly from: number;
  readonly to: number;
  readonly backMs: number;
  /** Keystrokes count until then. */
  readonly end: number;
}

async function suffer(
  outage: Outage,
  deployment: Deployment,
  typists: Typists,
): Promise<Omit<Suffered, 'end'>> {
  const from = now();
  await outage.act(deployment);
  const to = now();
  return { outage, from, to, backMs: (await typists.since(to, BACK_LIMIT_MS)) - to };
}

/** Terminals that nobody has opened yet are reached from every hub: it is known again who is where. */
async function reach(
  watchers: readonly StatusWatcher[],
  vmIds: readonly string[],
  failed: (message: string) => void,
) {
  const limit = setTimeout(() => failed('Not every VM is reached from every hub.'), BACK_LIMIT_MS);
  await Promise.all(
    watchers.flatMap(({ unicore }, hub) =>
      vmIds.map(async (vmId) => {
        const terminal = listen(unicore, vmId, `new${hub}`, "echo he''re; exit", []);
        await terminal.shows('here');
        terminal.socket.close();
      }),
    ),
  );
  clearTimeout(limit);
}
