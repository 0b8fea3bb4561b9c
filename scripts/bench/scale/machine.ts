/**
 * A simulated provider. Its tunnel and credentials are the agent's real code, but it has no containers. It
 * reports to the hub that all ordered VMs are running. Its terminals echo every byte.
 */
import { createPrivateKey } from 'node:crypto';
import { createTRPCClient, httpLink } from '@trpc/client';
import { Credentials, ProviderKey } from '@unicore/agent/identity';
import { type HubSession, Tunnel, type TunnelState } from '@unicore/agent/tunnel';
import { Acceptor, ChannelKind, type Leg, Nearest, type OpenRequest, systemClock } from '@unicore/protocol';
import type { AgentCalls } from '@unicore/protocol/control';
import { zlibDeflater } from '@unicore/protocol/zlib';
import type { AppRouter } from '@unicore/server';
import { answerControl, asOrdered, HELLO, obedientAgent } from '@unicore/server/testing';
import { pino } from 'pino';
import { streamAcceptor } from '../carriers/unicore/provider.ts';
import type { Machine } from './population.ts';

const log = pino({ level: 'silent' });

export interface Placed extends Machine {
  /** URL (http://…) of the hub that the provider connects to. */
  readonly hub: string;
  /** The client IP address that a proxy in front of the hub would report (X-Forwarded-For). */
  readonly address: string;
}

/** Connects the simulated provider to its hub. Connects again whenever the connection is lost. */
export function startMachine(
  { providerId, privateKey, vmIds, hub, address }: Placed,
  changed: (state: TunnelState) => void,
): void {
  const { beat, connSeq: _, token: __, ...hello } = HELLO;
  let connSeq = 0;
  const terminals = streamAcceptor((stream) => stream.onData((bytes) => stream.send(bytes.slice())));
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
  const { hub } = answerControl(
    request,
    obedientAgent(() => hub),
  );
  const vms = vmIds.map((vmId) => asOrdered({ vmId, gen: 1, desired: 'running' }));
  hub.observed({ whole: true, vms }).catch(() => {});
}
