/**
 * The chaos run in which Redis fails: causes one Redis outage after the other while simulated users (typists)
 * type. Users at the same hub as their provider must not notice the outages. Users at another hub may have to
 * wait, but must then continue.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { UniCore } from '@unicore/client/sdk';
import { listen } from '../../testing/listen.ts';
import { now } from '../../testing/monotonic.ts';
import { ECHO_COMMAND } from '../../testing/typing/typist.ts';
import type { TypistPlace } from '../../testing/typing/typists-main.ts';
import { runningVm, untilOnline } from '../../testing/vms.ts';
import { timeLimit } from '../run/time-limit.ts';
import { type Deployment, onDeployment } from './deployment.ts';
import { type Outage, outages } from './outages.ts';
import { StatusWatcher } from './status-watcher.ts';
import { type Felt, felt } from './typing/echoes.ts';
import { Typists } from './typing/typists.ts';

/** Number of providers. Provider i joins hub i. */
const PROVIDERS = 2;
/** Number of simulated users at each hub for each VM. */
const PLACES = 2;
const KEY_EVERY_MS = 100;
/** After an outage, a terminal counts as lost if its user sees no echo within this time, ms. */
const BACK_LIMIT_MS = 30_000;

export interface FailingOptions {
  readonly pauseMs: number;
  /**
   * Length of the period without faults before the first Redis outage, ms. There is another such period after
   * each outage. The keystrokes in it count for that outage.
   */
  readonly quietMs: number;
  /** Names of the Redis outages to cause. Default: all outages. */
  readonly only?: readonly string[];
  readonly direct: boolean;
  readonly firestore: boolean;
  readonly keepLogs?: boolean;
  step?<T>(name: string, run: () => Promise<T>): Promise<T>;
}

export interface OutageFelt {
  readonly name: string;
  readonly tookMs: number;
  /**
   * True if the outage moves a provider to another hub. Users at the old hub then reach this provider through
   * two hubs.
   */
  readonly moves: boolean;
  /**
   * Keystroke latencies during and after the outage: `same` of users at the same hub as their provider,
   * `across` of users at another hub.
   */
  readonly same: Felt;
  readonly across: Felt;
  /**
   * Time from the end of the outage until every user saw the echo of a key that was typed after that end, ms.
   */
  readonly backMs: number;
}

export interface FailingOutcome {
  readonly before: { readonly same: Felt; readonly across: Felt };
  readonly outages: readonly OutageFelt[];
  readonly keys: number;
  /**
   * Wrong states of VMs and providers that hubs reported (such as "VM not running"), with their counts. The
   * map must be empty.
   */
  readonly alarms: ReadonlyMap<string, number>;
  /** Number of query results and events of hubs that were checked for wrong states. */
  readonly looks: number;
  readonly logs: string;
}

/**
 * Causes the Redis outages one after the other. Rejects when a key is lost, duplicated or reordered, or when
 * a terminal does not continue after an outage. The error message names the folder with the logs.
 */
export async function failing(options: FailingOptions, signal?: AbortSignal): Promise<FailingOutcome> {
  const { pauseMs, quietMs, only, direct, firestore, keepLogs = false, step = (_, run) => run() } = options;
  const settings = { providers: PROVIDERS, direct, firestore, keepLogs };
  return onDeployment(settings, signal, async (deployment, failed) => {
    const { token } = await step('three hubs, two providers', () => start(deployment));
    const watchers = deployment.hubs.map(({ url }, i) => new StatusWatcher(`hub ${i}`, url, token));
    try {
      const vmIds = await vmOfEach(deployment, watchers[0]!.unicore);
      const { places, same } = placesOf(deployment, token, vmIds);
      const typists = new Typists(deployment, { places: [places], everyMs: KEY_EVERY_MS, failed });
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

/** Creates a VM at each provider. Resolves with the VM ids in the order of the providers. */
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

/**
 * Returns the terminal in which each simulated user types. There are PLACES users at every hub for every VM.
 * `same` contains the numbers of the users whose hub is also the hub of their VM's provider.
 */
function placesOf({ hubs }: Deployment, token: string, vmIds: readonly string[]) {
  const places: TypistPlace[] = [];
  const same = new Set<number>();
  for (const [hub, { url }] of hubs.entries()) {
    for (const [provider, vmId] of vmIds.entries()) {
      for (let i = 0; i < PLACES; i++) {
        if (hub === provider) same.add(places.length);
        places.push({
          typist: places.length,
          url,
          token,
          vmId,
          terminalId: `t${hub}-${i}`,
          command: ECHO_COMMAND,
        });
      }
    }
  }
  return { places, same };
}

interface Suffered {
  readonly outage: Outage;
  /** Start and end of the Redis outage, ms of the machine's monotonic clock. */
  readonly from: number;
  readonly to: number;
  readonly backMs: number;
  /**
   * Keystrokes from the start of the Redis outage to this time count for the outage, ms of the machine's
   * monotonic clock.
   */
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

/**
 * Opens a new terminal of every VM through every hub. This proves that every hub knows again where each
 * provider is.
 */
async function reach(
  watchers: readonly StatusWatcher[],
  vmIds: readonly string[],
  failed: (message: string) => void,
) {
  const cancel = timeLimit(BACK_LIMIT_MS, (time) =>
    failed(`Not every VM is reached from every hub, ${time}.`),
  );
  await Promise.all(
    watchers.flatMap(({ unicore }, hub) =>
      vmIds.map(async (vmId) => {
        const terminal = listen(unicore, vmId, `new${hub}`, "echo he''re; exit", []);
        await terminal.shows('here');
        terminal.socket.close();
      }),
    ),
  );
  cancel();
}
