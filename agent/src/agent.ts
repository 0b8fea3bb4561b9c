/** The tunnel process of an agent, put together: who it is, its VMs, its socket to the hub, and the way to the keeper. */
import { join } from 'node:path';
import { type Clock, Nearest, systemClock, UniCoreError } from '@unicore/protocol';
import type { AgentHello } from '@unicore/protocol/control';
import type { Logger } from 'pino';
import { Fleet } from './control/fleet.ts';
import { Reporter } from './control/reporter.ts';
import { type AgentConfig, loadConfig } from './identity/config.ts';
import { nextConnSeq } from './identity/conn-seq.ts';
import { Credentials } from './identity/credentials.ts';
import { hubApi } from './identity/hub-api.ts';
import { checkHub, mayBeSentTo } from './identity/hub-url.ts';
import { loadKey, type ProviderKey } from './identity/key.ts';
import { KnownHubs } from './identity/known-hubs.ts';
import { connectKeeper, type KeeperConnection } from './keeper/index.ts';
import { LiveState, refuseSecond } from './live-state.ts';
import { LoadMeter } from './load.ts';
import { DEFAULT_SOCKET, makeRuntime } from './runtime/index.ts';
import { KeeperLink } from './tunnel/keeper-link.ts';
import { probe } from './tunnel/probe.ts';
import { serveHub } from './tunnel/serve-hub.ts';
import { Tunnel } from './tunnel/tunnel.ts';
import { VERSION } from './version.ts';

/** How long the first look at the VMs may take before the hub is dialled all the same. */
const LOOK_MS = 3_000;

export interface AgentOptions {
  agentDir: string;
  log: Logger;
  /** The Docker engine's socket. Default: /var/run/docker.sock */
  socketPath?: string;
  /** Default: to the keeper of this folder, which is started as a process of its own where none runs. */
  connectKeeper?: () => Promise<KeeperConnection>;
  clock?: Clock;
  random?: () => number;
}

export interface Agent {
  readonly config: AgentConfig;
  /** Resolves when a connection to the hub is up, for the first time. */
  readonly connected: Promise<void>;
  /** Settles when the hub will not have this provider any more. */
  readonly revoked: Promise<UniCoreError>;
  /** Closes the socket. Containers, the keeper and its shells go on. */
  close(): Promise<void>;
}

/** Rejects when this folder has not joined a hub, or an agent for it runs already. */
export async function startAgent(options: AgentOptions): Promise<Agent> {
  const { agentDir, log, clock = systemClock, random = Math.random } = options;
  const { config, key } = await identity(agentDir);
  checkHub(config.hub, config);
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
    socketPath: options.socketPath ?? DEFAULT_SOCKET,
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
      reporter.changed(vm);
      void state.save();
    },
  });
  const reporter = new Reporter({ clock, log, whole: () => fleet.observed() });
  const state = await LiveState.create(agentDir, config, () => fleet.observed(), log);
  const load = new LoadMeter(agentDir);
  const connected = Promise.withResolvers<void>();
  const revoked = Promise.withResolvers<UniCoreError>();
  const known = await KnownHubs.load(agentDir, config.hub, log);
  const nearest = new Nearest({
    home: config.hub,
    known: known.places,
    clock,
    random,
    probe,
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
      beat: await load.sample(fleet.running),
    }),
    beat: () => load.sample(fleet.running),
    session: serveHub({ clock, log, reporter, services: { fleet, runtime, keeper: () => keeper.get() } }),
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
  // The hub is told how VMs are, not how they were; an engine that hangs must not keep it waiting.
  await Promise.race([fleet.start(), new Promise<void>((late) => clock.after(LOOK_MS, late))]);
  tunnel.start();
  return {
    config,
    connected: connected.promise,
    revoked: revoked.promise,
    async close() {
      tunnel.close();
      keeper.close();
      await Promise.all([fleet.close(), state.save()]);
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
