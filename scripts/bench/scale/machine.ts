/**
 * A provider without containers, for the scale suite. Tunnel and credentials are the agent's own; orders are only reported as
 * carried out, and every terminal echoes what is typed.
 */
import { createPrivateKey } from 'node:crypto';
import { createTRPCClient, httpLink } from '@trpc/client';
import { Credentials, ProviderKey } from '@unicore/agent/identity';
import { type HubSession, Tunnel, type TunnelState } from '@unicore/agent/tunnel';
import {
  Acceptor,
  ChannelKind,
  type Leg,
  Messages,
  Nearest,
  type OpenRequest,
  systemClock,
  UniCoreError,
} from '@unicore/protocol';
import {
  type AgentCalls,
  type AgentMethods,
  controlRpc,
  type HubMethods,
  type TerminalInfo,
} from '@unicore/protocol/control';
import { zlibDeflater } from '@unicore/protocol/zlib';
import type { AppRouter } from '@unicore/server';
import { pino } from 'pino';
import { ChannelStream } from '../carriers/unicore/channel-stream.ts';
import { AGENT_HELLO } from '../carriers/unicore/hello.ts';
import type { Machine } from './population.ts';

const PHASE = { running: 'running', stopped: 'stopped', deleted: 'deleted' } as const;
const log = pino({ level: 'silent' });

export interface Placed extends Machine {
  /** URL of the provider's hub (http://…). */
  readonly hub: string;
  /** IP address of the provider, as a proxy in front of the hub would report it. */
  readonly address: string;
}

/** Connects the provider to its hub and keeps it connected. */
export function startMachine(
  { providerId, privateKey, vmIds, hub, address }: Placed,
  changed: (state: TunnelState) => void,
): void {
  const { beat, connSeq: _, token: __, ...hello } = AGENT_HELLO;
  let connSeq = 0;
  const terminals = new Acceptor({ clock: systemClock, deflater: zlibDeflater, accept: echo });
  const tunnel = new Tunnel({
    nearest: Nearest.only(hub, systemClock),
    credentials: new Credentials({
      providerId,
      key: new ProviderKey(createPrivateKey(privateKey)),
      hub: () => hubApi(hub, address),
      now: Date.now,
    }),
    hello: async () => ({ ...hello, beat, connSeq: ++connSeq }),
    beat: async () => beat,
    session: (leg) => session(leg, terminals, vmIds),
    changed,
    clock: systemClock,
    random: Math.random,
    log,
  });
  tunnel.start();
}

function hubApi(hub: string, address: string): AgentCalls {
  const headers = { 'x-forwarded-for': address };
  const { agent } = createTRPCClient<AppRouter>({ links: [httpLink({ url: `${hub}/trpc`, headers })] });
  return {
    join: (wish) => agent.join.mutate(wish),
    challenge: (wish) => agent.challenge.mutate(wish),
    token: (proof) => agent.token.mutate(proof),
  };
}

function session(leg: Leg, terminals: Acceptor, vmIds: readonly string[]): HubSession {
  const control = new Acceptor({
    clock: systemClock,
    deflater: zlibDeflater,
    accept: (request) => serveControl(request, vmIds),
  });
  return {
    open: (frame) => (frame.kind === ChannelKind.control ? control : terminals).open(leg, frame),
    retire() {},
    closed: () => control.close('LEG_LOST', 'the connection to the hub is gone'),
  };
}

function serveControl(request: OpenRequest, vmIds: readonly string[]): void {
  const messages = new Messages((value) => rpc.receive(value));
  const local: AgentMethods = {
    async apply(orders) {
      const vms = orders.map(({ vmId, gen, desired }) => {
        return { vmId, gen, phase: PHASE[desired], code: null, reason: null };
      });
      // Not awaited, so that the hub gets the answer to its order first. If the connection is gone,
      // the next one reports all VMs.
      rpc.remote.observed({ whole: false, vms }).catch(() => {});
    },
    terminals: async () => [],
    openTerminal: async ({ terminalId, cols, rows }): Promise<TerminalInfo> => {
      return { terminalId, title: 'echo', cols, rows, viewers: 0, createdAt: 0 };
    },
    async resizeTerminal() {},
    async closeTerminal() {},
    terminalPath: async () => ({ providerMs: null, keeperMs: null, echoMs: null }),
  };
  const rpc = controlRpc<HubMethods, AgentMethods>({
    local,
    post: (value) => messages.send(value),
    onError: () => {},
  });
  const closed = (): void => rpc.close(new UniCoreError('LEG_LOST', 'The hub went away.'));
  messages.bind(request.accept({ data: messages.data, pull: messages.pull, closed }, {}));
  const vms = vmIds.map((vmId) => ({ vmId, gen: 1, phase: PHASE.running, code: null, reason: null }));
  rpc.remote.observed({ whole: true, vms }).catch(() => {});
}

function echo(request: OpenRequest): void {
  const stream = new ChannelStream();
  const handler = stream.handler(() => {});
  stream.bind(request.accept(handler, { terminalId: 'main', viewer: 'bench' }));
  stream.onData((bytes) => stream.send(bytes.slice()));
}
