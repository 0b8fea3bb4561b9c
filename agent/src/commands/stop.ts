/**
 * `unicore-agent stop`: ends the agent, its keeper and all shells. With --vms, the command also stops the
 * containers and ends the desktops.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock, UniCoreError } from '@unicore/protocol';
import type { DesktopRef } from '@unicore/protocol/control';
import { makeLauncher } from '../desktop/index.ts';
import { type AgentConfig, loadConfig } from '../identity/index.ts';
import { stopKeeper } from '../keeper/index.ts';
import { dockerSocket, makeRuntime } from '../runtime/index.ts';
import { type AgentState, isAlive, loadState } from '../state/index.ts';

/** Time in which the agent must end after SIGTERM, in ms. An agent that runs longer is considered hung. */
const END_MS = 10_000;
const LOOK_MS = 50;

export interface StopOptions {
  data: string;
  /** Stop the containers and end the desktops, too. */
  vms?: boolean;
}

/** Stops the agent. Returns lines of text that tell a person what was done. */
export async function stop({ data: agentDir, vms }: StopOptions, env: NodeJS.ProcessEnv): Promise<string[]> {
  const done: string[] = [];
  const state = await loadState(agentDir);
  if (state && (await isAlive(state))) {
    await endProcess(state);
    done.push('The agent has ended.');
  } else done.push('No agent was running.');
  if (await stopKeeper({ agentDir })) done.push('The keeper and all shells have ended.');
  const config = vms ? await loadConfig(agentDir) : undefined;
  if (config) {
    done.push(stopped(await stopVms(agentDir, config, env)));
    done.push(...ended(await endDesktops(agentDir, config, env)));
  }
  return done;
}

function stopped(vms: number): string {
  if (vms === 0) return 'No VM was running.';
  return vms === 1
    ? '1 VM was stopped. It starts again with the agent.'
    : `${vms} VMs were stopped. They start again with the agent.`;
}

/** What is left of a desktop is removed by the agent, after it has read how the desktop ended. */
function ended(desktops: number): string[] {
  if (desktops === 0) return [];
  const what = desktops === 1 ? '1 desktop has ended.' : `${desktops} desktops have ended.`;
  return [`${what} The agent reports that when it runs again.`];
}

async function endProcess(state: AgentState): Promise<void> {
  process.kill(state.pid, 'SIGTERM');
  for (let waited = 0; await isAlive(state); waited += LOOK_MS) {
    if (waited >= END_MS) {
      throw new UniCoreError(
        'TIMEOUT',
        `The agent (process ${state.pid}) does not end. End it with: kill -9 ${state.pid}`,
      );
    }
    await sleep(LOOK_MS);
  }
}

async function stopVms(agentDir: string, config: AgentConfig, env: NodeJS.ProcessEnv): Promise<number> {
  const runtime = makeRuntime({
    kind: config.runtime,
    providerId: config.providerId,
    socketPath: dockerSocket(env),
    vmsDir: `${agentDir}/vms`,
    // Nothing to do here: all shells of the VMs ended when the keeper ended.
    closeVm: async () => undefined,
    clock: systemClock,
    random: Math.random,
  });
  const running = (await runtime.list()).filter((vm) => vm.running);
  await Promise.all(running.map(({ vmId }) => runtime.stop(vmId)));
  return running.length;
}

async function endDesktops(agentDir: string, config: AgentConfig, env: NodeJS.ProcessEnv): Promise<number> {
  const { runtime: kind, providerId } = config;
  const launcher = makeLauncher({ kind, agentDir, providerId, socketPath: dockerSocket(env) });
  const alive: DesktopRef[] = [];
  for (const ref of await launcher.list()) {
    if ((await launcher.find(ref)).state === 'alive') alive.push(ref);
  }
  await Promise.all(alive.map((ref) => launcher.stop(ref)));
  return alive.length;
}
