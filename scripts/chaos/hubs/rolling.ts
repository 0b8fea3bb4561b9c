/**
 * The chaos run that replaces three hubs one after the other, as a deployment does, while simulated users
 * (typists) type.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { createUniCore } from '@unicore/client/sdk';
import { now } from '../../testing/monotonic.ts';
import type { Hub } from '../../testing/processes/hub-program.ts';
import { ECHO_COMMAND } from '../../testing/typing/typist.ts';
import type { TypistPlace } from '../../testing/typing/typists-main.ts';
import { runningVm, untilOnline } from '../../testing/vms.ts';
import { type Deployment, onDeployment } from './deployment.ts';
import { type Felt, felt } from './typing/echoes.ts';
import { Typists } from './typing/typists.ts';

const PROVIDERS = 2;
/**
 * Number of simulated users per consumer process. They share one account and one VM, but each has its own
 * terminal.
 */
const PLACES = 25;
const DRAIN_S = 10;
/**
 * Time for the load balancer to notice that a replaced hub is available again, ms. It checks the hubs twice a
 * second.
 */
const NOTICE_MS = 1_000;

/** Time limit for every simulated user to see an echo after the start, ms. */
const START_LIMIT_MS = 60_000;
/** A keystroke is logged if its echo takes longer than this, ms. */
const SLOW_MS = 500;

export interface RollingOptions {
  readonly consumers: number;
  /** Interval between two keystrokes of each simulated user, ms. */
  readonly everyMs: number;
  /**
   * How long the simulated users type without faults, before the first hub is replaced and after the last hub
   * is replaced, ms.
   */
  readonly calmMs: number;
  readonly direct: boolean;
  readonly firestore: boolean;
  /** Keeps the folder with the logs even if the run succeeds. */
  readonly keepLogs?: boolean;
  /** Runs one step of the chaos run, and prints the step's name. */
  step?<T>(name: string, run: () => Promise<T>): Promise<T>;
}

export interface Rolled {
  readonly keys: number;
  /**
   * Keystroke latencies in each phase of the run. The phases are: before the replacement of hubs, during the
   * replacement of each hub, and after the replacements.
   */
  readonly phases: readonly (Felt & { readonly name: string; readonly tookMs: number })[];
  readonly logs: string;
}

/**
 * Replaces the hubs one after the other. Rejects when a key is lost, duplicated or reordered, or when a hub
 * process does not end by itself. The error message names the folder with the logs.
 */
export async function rolling(options: RollingOptions, signal?: AbortSignal): Promise<Rolled> {
  const {
    consumers,
    everyMs,
    calmMs,
    direct,
    firestore,
    keepLogs = false,
    step = (_, run) => run(),
  } = options;
  const settings = { providers: PROVIDERS, direct, firestore, drainSeconds: DRAIN_S, plain: true, keepLogs };
  return onDeployment(settings, signal, async (deployment, failed) => {
    await step('three hubs, two providers', async () => {
      await deployment.start();
      for (const provider of deployment.providers) await deployment.join(provider, deployment.balancerPort);
    });
    const places = await step('virtual machines', () => placesOf(deployment, consumers));
    const typists = new Typists(deployment, { places, everyMs, failed });
    await step(`${consumers} consumers type`, async () => {
      await typists.start();
      // The start of many terminals slows down the machine for some time. Latencies measured then would be
      // too high.
      await sleep(calmMs);
      await typists.since(now(), START_LIMIT_MS);
    });
    const phases: { name: string; from: number; to: number }[] = [];
    const phase = async (name: string, run: () => Promise<unknown>) => {
      const from = now();
      deployment.programs.note(name);
      await step(name, run);
      phases.push({ name, from, to: now() });
    };
    await phase('before', () => sleep(calmMs));
    for (const [i, hub] of deployment.hubs.entries()) {
      await phase(`hub ${i} replaced`, () => replace(deployment, hub));
    }
    await phase('after', () => sleep(calmMs));
    await typists.finish();
    const { echoes, keys } = typists;
    for (const { typist, typed, tookMs } of echoes.filter((echo) => echo.tookMs > SLOW_MS)) {
      const at = Math.round(Date.now() - now() + typed);
      deployment.programs.note(`typist ${typist}: a key typed at ${at} took ${Math.round(tookMs)} ms`);
    }
    return {
      keys,
      phases: phases.map(({ name, from, to }) => ({ name, tookMs: to - from, ...felt(echoes, from, to) })),
      logs: deployment.programs.logs,
    };
  });
}

/** Returns the terminal in which each simulated user types, grouped by the process that types. */
async function placesOf(deployment: Deployment, consumers: number): Promise<TypistPlace[][]> {
  const url = deployment.balancer.url;
  const groups: TypistPlace[][] = [];
  for (let first = 0; first < consumers; first += PLACES) {
    const { token } = await deployment.user(`user${groups.length}`);
    const unicore = createUniCore({ url, getToken: () => token });
    await untilOnline(unicore, deployment.providers.length);
    const vmId = await runningVm(unicore);
    unicore.close();
    groups.push(
      Array.from({ length: Math.min(PLACES, consumers - first) }, (_, i) => {
        return { typist: first + i, url, token, vmId, terminalId: `t${i}`, command: ECHO_COMMAND };
      }),
    );
  }
  return groups;
}

async function replace(deployment: Deployment, hub: Hub): Promise<void> {
  if (!(await deployment.stopHub(hub))) throw new Error('A hub did not end within its drain.');
  await hub.program.start();
  await sleep(NOTICE_MS);
}
