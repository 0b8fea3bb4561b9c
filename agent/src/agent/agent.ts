/**
 * Starts an agent: the process that connects this machine to a hub. Creates all its parts: identity, VMs,
 * desktops, socket to the hub, and connection to the keeper.
 */
import { join } from 'node:path';
import { type Clock, Nearest, systemClock, UniCoreError } from '@unicore/protocol';
import type { AgentHello } from '@unicore/protocol/control';
import type { Logger } from 'pino';
import { serveHub } from '../channels/index.ts';
import { desktopReporter, Fleet, vmReporter } from '../control/index.ts';
import { Desktops, makeLauncher } from '../desktop/index.ts';
import {
  type AgentConfig,
  Credentials,
  checkHub,
  hubApi,
  KnownHubs,
  loadConfig,
  loadKey,
  mayBeSentTo,
  nextConnSeq,
  type ProviderKey,
} from '../identity/index.ts';
import { connectKeeper, type KeeperConnection, KeeperLink } from '../keeper/index.ts';
import { DEFAULT_SOCKET, makeRuntime } from '../runtime/index.ts';
import { LiveState, refuseSecond } from '../state/index.ts';
import { measureLatency, Tunnel } from '../tunnel/index.ts';
import { LoadMeter } from './load.ts';
import { VERSION } from './version.ts';

/** Longest time, in ms, that the agent waits for the state of its VMs and desktops before it dials the hub. */
const LOOK_MS = 3_000;

export interface AgentOptions {
  agentDir: string;
  /** True if the machine's owner allows desktops. They need a hub on this machine. */
  desktops?: boolean;
  log: Logger;
  /** Path of the Docker engine's socket. Default: /var/run/docker.sock */
  socketPath?: string;
  /**
   * Connects to a keeper. Default: connects to the keeper of `agentDir`, and starts a keeper if none runs.
   */
  connectKeeper?: () => Promise<KeeperConnection>;
  clock?: Clock;
  random?: () => number;
}

export interface Agent {
  readonly config: AgentConfig;
  /** Resolves when the first connection to the hub is up. */
  readonly connected: Promise<void>;
  /** Resolves when the hub has revoked this provider. */
  readonly revoked: Promise<UniCoreError>;
  /** Closes the socket to the hub. Containers, desktops, the keeper and its shells keep running. */
  close(): Promise<void>;
}

/**
 * Rejects if the agent of `agentDir` has not joined a hub, or if another agent already runs for that folder.
 */
export async function startAgent(options: AgentOptions): Promise<Agent> {
  const { agentDir, log, clock = systemClock, random = Math.random, socketPath = DEFAULT_SOCKET } = options;
  const { config, key } = await identity(agentDir);
  checkHub(config.hub, { ...config, desktops: options.desktops === true });
  await refuseSecond(agentDir);
  const { providerId } = config;

  const keeper = new KeeperLink({
    connect: options.connectKeeper ?? (() => connectKeeper({ agentDir, clock })),
    changed: (connected) => state.keeper(connected),
    clock,
    random,
    log,
  });
  const runtime = makeRuntime({
    kind: config.runtime,
    providerId,
    socketPath,
    vmsDir: join(agentDir, 'vms'),
    closeVm: async (vmId) => (await keeper.get()).control.closeVm({ vmId }),
    clock,
    random,
  });
  const fleet = await Fleet.load({
    agentDir,
    runtime,
    clock,
    random,
    log,
    changed: (vm) => {
      vmReports.changed(vm);
      void state.save();
    },
  });
  const desktops = await Desktops.load({
    agentDir,
    launcher: makeLauncher({ kind: config.runtime, agentDir, providerId, socketPath }),
    clock,
    random,
    log,
    changed: (desktop) => {
      desktopReports.changed(desktop);
      void state.save();
    },
  });
  const vmReports = vmReporter({ clock, log, whole: () => fleet.observed() });
  const desktopReports = desktopReporter({ clock, log, whole: () => desktops.observed() });
  const observed = () => ({ vms: fleet.observed(), desktops: desktops.observed() });
  const state = await LiveState.create(agentDir, config, observed, log);
  const load = new LoadMeter(agentDir);
  const connected = Promise.withResolvers<void>();
  const revoked = Promise.withResolvers<UniCoreError>();
  const known = await KnownHubs.load(agentDir, config.hub, log);
  const nearest = new Nearest({
    home: config.hub,
    known: known.places,
    clock,
    random,
    probe: measureLatency,
    trusted: (url) => mayBeSentTo(config.hub, config.regionsUnder, url),
    changed(places) {
      state.hubs(places);
      void known.save(places);
    },
  });
  const tunnel = new Tunnel({
    nearest,
    credentials: new Credentials({ providerId, key, hub: hubApi, now: Date.now }),
    hello: async (): Promise<Omit<AgentHello, 'token'>> => ({
      connSeq: await nextConnSeq(agentDir, Date.now()),
      version: VERSION,
      name: config.name,
      runtime: config.runtime,
      isolation: await runtime.isolation(),
      desktops: options.desktops ? config.runtime : null,
      beat: await load.sample(fleet.running),
    }),
    beat: () => load.sample(fleet.running),
    session: serveHub({
      clock,
      log,
      reports: [vmReports, desktopReports],
      services: { fleet, desktops, runtime, keeper: () => keeper.get() },
    }),
    changed(now) {
      state.connection(now);
      if (now.state === 'connected') connected.resolve();
      if (now.state === 'revoked') revoked.resolve(now.error);
    },
    clock,
    random,
    log,
  });

  keeper.start();
  // Wait for the state of VMs and desktops, so that the first reports to the hub contain it. Wait at most
  // LOOK_MS, since the Docker engine may hang.
  const looked = Promise.all([fleet.start(), desktops.start()]);
  await Promise.race([looked, new Promise<void>((late) => clock.after(LOOK_MS, late))]);
  tunnel.start();
  return {
    config,
    connected: connected.promise,
    revoked: revoked.promise,
    async close() {
      tunnel.close();
      keeper.close();
      await Promise.all([fleet.close(), desktops.close(), state.save()]);
    },
  };
}

async function identity(agentDir: string): Promise<{ config: AgentConfig; key: ProviderKey }> {
  const config = await loadConfig(agentDir);
  const key = await loadKey(agentDir);
  if (config && key) return { config, key };
  throw new UniCoreError(
    'UNAUTHENTICATED',
    `${agentDir} has not joined a hub yet. Get a join token from your hub, then: npm run agent -- join HUB TOKEN`,
  );
}
