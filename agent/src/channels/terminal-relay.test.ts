/**
 * Tests of a terminal's channel through the agent. The hub, the tunnel and the keeper are connected by
 * simulated sockets.
 */
import {
  Acceptor,
  ERRORS,
  FrameType,
  type Leg,
  Opener,
  type OpenRequest,
  Outbox,
  packMeta,
  UniCoreError,
} from '@unicore/protocol';
import type { OpenTerminal } from '@unicore/protocol/control';
import { legPair, SimClock } from '@unicore/protocol/sim';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { KeeperConnection } from '../keeper/index.ts';
import { terminalRelay } from './terminal-relay.ts';

const AUTH = { user: 'u', rights: 'write', vmId: 'one', gen: 1, kind: 'terminal' };
const META = { vmId: 'one', terminalId: 'main', cols: 100, rows: 30 };

async function setUp() {
  const clock = new SimClock();
  const asked: OpenTerminal[] = [];
  const accepted: OpenRequest[] = [];
  /** The keeper's end of the channel, which echoes every byte. */
  const acceptor = new Acceptor({
    clock,
    accept(request) {
      accepted.push(request);
      const outbox = new Outbox();
      const channel = request.accept(
        {
          data(bytes) {
            outbox.push(bytes);
            channel.wake();
            channel.consumed(bytes.length);
          },
          pull: (max) => outbox.pull(max),
          closed: () => undefined,
        },
        { terminalId: 'main', viewer: 'v' },
      );
    },
  });
  const keeper = legPair(clock, 5, {
    near: { peer: 'keeper' },
    far: { peer: 'tunnel', handler: (leg) => ({ open: (open) => acceptor.open(leg(), open) }) },
  });
  const state = { runs: true, answer: async () => {} };
  const relay = terminalRelay({
    runs: () => state.runs,
    keeper: async () => ({ leg: keeper.near }) as KeeperConnection,
    ensureTerminal: async (open) => {
      asked.push(open);
      await state.answer();
      return { keeper: { leg: keeper.near } as KeeperConnection };
    },
    log: pino({ level: 'silent' }),
  });
  const hub = legPair(clock, 5, {
    near: { peer: 'hub', handler: (leg) => ({ open: (open) => relay.open(leg(), open) }) },
    far: { peer: 'provider' },
  });
  await clock.advance(50);

  const got: string[] = [];
  const events: string[] = [];
  const opener = (auth: unknown = AUTH, meta: unknown = META) => {
    const outbox = new Outbox();
    const made: Opener = new Opener({
      clock,
      kind: 'terminal',
      meta: () => meta,
      random: (n) => crypto.getRandomValues(new Uint8Array(n)),
      leg: () => stamped(hub.far, auth),
      resume: true,
      handler: {
        data(bytes) {
          got.push(new TextDecoder().decode(bytes));
          made.consumed(bytes.length);
        },
        pull: (max) => outbox.pull(max),
        attached: () => events.push('attached'),
        detached: (code) => events.push(`detached ${code}`),
        closed: (code, message) => events.push(`closed ${code} ${message}`),
      },
    });
    made.attach();
    return {
      channel: made,
      type(text: string) {
        outbox.push(new TextEncoder().encode(text));
        made.wake();
      },
    };
  };
  return { clock, asked, accepted, state, keeper, hub, got, events, opener };
}

/** The hub writes its own `auth` into every OPEN frame that it forwards. */
function stamped(leg: Leg, auth: unknown): Leg {
  const send = leg.send.bind(leg);
  leg.send = (frame) => send(frame.type === FrameType.OPEN ? { ...frame, auth: packMeta(auth) } : frame);
  return leg;
}

test('a terminal is opened in the keeper, and bytes pass in both directions', async () => {
  const { clock, asked, accepted, got, events, opener } = await setUp();
  const { type } = opener();
  await clock.advance(100);
  expect(events).toEqual(['attached']);
  expect(asked).toEqual([{ vmId: 'one', gen: 1, terminalId: 'main', cols: 100, rows: 30 }]);
  expect(accepted[0]).toMatchObject({ kind: 'terminal', auth: AUTH, meta: META });
  type('ls\r');
  await clock.advance(100);
  expect(got.join('')).toBe('ls\r');
});

test('a channel that resumes starts no new shell', async () => {
  const { clock, asked, accepted, keeper, events, opener } = await setUp();
  opener();
  await clock.advance(100);
  // DETACHED means that one hop has lost the channel. Then the opener attaches the channel again.
  keeper.far.send({ type: FrameType.DETACHED, ch: 1, code: ERRORS.LEG_LOST.number });
  await clock.advance(500);
  expect(events).toEqual(['attached', 'detached LEG_LOST', 'attached']);
  expect(asked).toHaveLength(1);
  expect(accepted).toHaveLength(1);
});

test.each([
  ['a VM whose container is gone', AUTH, META, 'VM_NOT_RUNNING'],
  ['auth that no hub wrote', {}, META, 'BAD_REQUEST'],
  ['a window of size 0', AUTH, { ...META, cols: 0 }, 'BAD_REQUEST'],
])('%s is refused before it reaches the keeper', async (_what, auth, meta, code) => {
  const { clock, state, keeper, hub, accepted, events, opener } = await setUp();
  state.answer = () => Promise.reject(new UniCoreError('VM_NOT_RUNNING', 'The VM is not running.'));
  opener(auth, meta);
  await clock.advance(100);
  expect(events).toHaveLength(1);
  expect(events[0]).toMatch(new RegExp(`^closed ${code} .+`));
  expect(accepted).toEqual([]);
  expect([hub.near.channels, keeper.near.channels]).toEqual([0, 0]);
});

test('the opener waits for a VM that does not run here yet', async () => {
  const { clock, state, asked, hub, events, opener } = await setUp();
  state.runs = false;
  opener();
  await clock.advance(1_000);
  expect(new Set(events)).toEqual(new Set(['detached VM_NOT_RUNNING']));
  expect(asked).toEqual([]);
  expect(hub.near.channels).toBe(0);
  state.runs = true;
  await clock.advance(5_000);
  expect(events.at(-1)).toBe('attached');
});

test('the opener waits for a keeper that is down for a moment', async () => {
  const { clock, state, events, opener } = await setUp();
  state.answer = () => Promise.reject(new UniCoreError('LEG_LOST', 'no keeper'));
  opener();
  await clock.advance(1_000);
  expect(new Set(events)).toEqual(new Set(['detached LEG_LOST']));
  state.answer = async () => undefined;
  await clock.advance(5_000);
  expect(events.at(-1)).toBe('attached');
});

test('when the keeper dies its channels are detached, and the connection to the hub stays', async () => {
  const { clock, keeper, hub, events, opener } = await setUp();
  opener();
  await clock.advance(100);
  keeper.wire.cut();
  await clock.advance(20);
  expect(events).toContain('detached LEG_LOST');
  expect(hub.near.up).toBe(true);
});

test('an opener that gives up while its terminal is being created leaves nothing behind', async () => {
  const { clock, state, keeper, hub, accepted, opener } = await setUp();
  const gate = Promise.withResolvers<void>();
  state.answer = () => gate.promise;
  const { channel } = opener();
  await clock.advance(20);
  const ch = 2;
  expect(hub.near.portOf(ch)).toBeDefined();
  hub.far.send({ type: FrameType.RESET, ch, code: ERRORS.OK.number, message: '' });
  channel.reset('OK', '');
  await clock.advance(20);
  gate.resolve();
  await clock.advance(100);
  expect(accepted).toEqual([]);
  expect([hub.near.channels, keeper.near.channels]).toEqual([0, 0]);
});

test('repeated OPENs while the terminal is being created create one terminal', async () => {
  const { clock, state, asked, accepted, events, opener } = await setUp();
  const gate = Promise.withResolvers<void>();
  state.answer = () => gate.promise;
  opener();
  await clock.advance(10_000);
  gate.resolve();
  await clock.advance(100);
  expect(asked).toHaveLength(1);
  expect(accepted).toHaveLength(1);
  expect(events).toEqual(['attached']);
});
