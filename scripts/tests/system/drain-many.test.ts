/**
 * Drains a hub with a thousand channels on one provider's socket. All channels must move to other hubs within
 * the time limit.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Credentials } from '@unicore/agent/identity';
import { Tunnel } from '@unicore/agent/tunnel';
import { createUniCore, type UniCore } from '@unicore/client/sdk';
import { Nearest, systemClock } from '@unicore/protocol';
import { LocalWorld } from '@unicore/server/backplane';
import { BEAT, echo, LineProxy, newAcceptor, startTestHub, type TestHub } from '@unicore/server/testing';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';

const USERS = 20;
/** Number of terminals of each user. */
const TERMINALS = 50;
/** Drain time, in ms: the 10 s of a deploy, minus the time to close sockets. */
const DRAIN_MS = 8_500;
/**
 * On a busy machine the drain may take this many times as long as the opening of all terminals. On a quiet machine they
 * open in 0.7 s, so that DRAIN_MS is the limit.
 */
const OPENINGS = 5;
/** Number of terminals into which keys are typed at once, and the interval between keys in ms. */
const KEYS = { at: 20, everyMs: 20 };
/** Time in which load balancers notice the drain, in ms. */
const NOTICE_MS = 1_000;
const LIMIT_MS = 300_000;

interface Typed {
  send(key: string): void;
  typed: string;
  shown: string;
}

let balancer: LineProxy;
let hubs: TestHub[];
let tunnel: Tunnel;
let sdks: UniCore[];
const statuses: string[] = [];

beforeEach(async () => {
  const world = new LocalWorld(systemClock);
  const vms: TestHub['vms'] = new Map();
  for (let i = 0; i < USERS; i++) vms.set(`vm${i}`, { owner: `u${i}`, providerId: 'p1', running: true });
  hubs = await Promise.all([0, 1, 2].map(() => startTestHub({ backplane: world.join(), vms })));
  balancer = await LineProxy.open(portOf(hubs[0]!));
  const acceptor = newAcceptor(echo);
  let connSeq = 0;
  const up = Promise.withResolvers<void>();
  tunnel = new Tunnel({
    nearest: Nearest.only(balancer.origin, systemClock),
    credentials: { token: async () => 'agent-p1', discard() {} } as unknown as Credentials,
    hello: async () => ({
      connSeq: ++connSeq,
      version: '0.0.0',
      name: 'p1',
      runtime: 'process',
      isolation: 'process',
      desktops: null,
      beat: BEAT,
    }),
    beat: async () => BEAT,
    session: (leg) => ({ open: (frame) => acceptor.open(leg, frame), retire() {}, closed() {} }),
    changed({ state }) {
      statuses.push(`provider ${state}`);
      if (state === 'connected') up.resolve();
    },
    clock: systemClock,
    random: Math.random,
    log: pino({ level: 'silent' }),
  });
  tunnel.start();
  await up.promise;
  sdks = Array.from({ length: USERS }, (_, i) =>
    createUniCore({ url: balancer.origin, getToken: () => `token-u${i}` }),
  );
});

afterEach(async () => {
  for (const sdk of sdks) sdk.close();
  tunnel.close();
  await Promise.all(hubs.map((hub) => hub.stop()));
  balancer.close();
});

test(
  'no client notices, no key is lost, and the hub ends when the last socket has gone',
  async () => {
    const opening = Date.now();
    const terminals = await Promise.all(sdks.flatMap((sdk, i) => openAll(sdk, i)));
    const drainMs = Math.max(DRAIN_MS, OPENINGS * (Date.now() - opening));
    const [old, ...others] = hubs as [TestHub, ...TestHub[]];
    statuses.length = 0;
    let over = false;
    const drained = old.drain(drainMs).then(() => {
      over = true;
    });
    const noticed = pause(NOTICE_MS).then(() => {
      Object.defineProperty(balancer, 'target', {
        get: () => portOf(others[Math.floor(Math.random() * others.length)]!),
      });
    });
    for (let n = 0; !over; n += KEYS.at) {
      for (let i = 0; i < KEYS.at; i++) {
        const terminal = terminals[(n + i) % terminals.length]!;
        const key = `<${n + i}>`;
        terminal.typed += key;
        terminal.send(key);
      }
      await pause(KEYS.everyMs);
    }
    await Promise.all([drained, noticed]);
    // All sockets must end gracefully: each consumer's old socket when it is idle, and the provider's socket
    // when no channel uses it.
    const refused = /GOING_AWAY$/;
    expect(old.counts.closes.filter((close) => !refused.test(close)).sort()).toEqual([
      ...Array(USERS).fill('consumer OK'),
      'provider SUPERSEDED',
    ]);
    expect(old.counts.open).toMatchObject({ consumer: 0, provider: 0 });
    await expect.poll(() => terminals.filter(({ typed, shown }) => typed !== shown)).toEqual([]);
    expect(statuses).toEqual(['provider connected']);
  },
  LIMIT_MS,
);

/** Opens all terminals of one user, and types into each terminal once. */
function openAll(sdk: UniCore, user: number): Promise<Typed>[] {
  sdk.onStatus((status) => statuses.push(`line ${user} ${status}`));
  return Array.from({ length: TERMINALS }, (_, i) => {
    const socket = sdk.openTerminal(`vm${user}`, { terminalId: `t${i}` });
    const decoder = new TextDecoder();
    const { promise, resolve } = Promise.withResolvers<Typed>();
    const terminal: Typed = { send: (key) => socket.send(key), typed: '<>', shown: '' };
    socket.onopen = () => socket.send(terminal.typed);
    socket.onstatus = (status) => statuses.push(`terminal ${user}/${i} ${status}`);
    socket.onmessage = ({ data }) => {
      terminal.shown += decoder.decode(data as ArrayBuffer, { stream: true });
      resolve(terminal);
    };
    return promise;
  });
}

function portOf(hub: TestHub): number {
  return Number(new URL(hub.url).port);
}
