/**
 * Tests of a desktop's channels through the agent. The hub, the agent and the holder are connected by simulated
 * sockets.
 */
import {
  Acceptor,
  type ChannelKindName,
  FrameType,
  type Leg,
  Opener,
  Outbox,
  packMeta,
  UniCoreError,
} from '@unicore/protocol';
import type { DesktopRef } from '@unicore/protocol/control';
import { legPair, SimClock } from '@unicore/protocol/sim';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { DESKTOP_KINDS, desktopRelay } from './desktop-relay.ts';

const KINDS = ['vnc', 'cdp', 'desktop', 'blob'] as const;
const AUTH = { user: 'u', rights: 'write', sessionId: 'one', attempt: 2, guest: false };

async function setUp() {
  const clock = new SimClock();
  const accepted: unknown[] = [];
  /** The holder's end of the channel, which echoes every byte. */
  const acceptor = new Acceptor({
    clock,
    accept(request) {
      accepted.push({ kind: request.kind, auth: request.auth });
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
        { holder: 'h' },
      );
    },
  });
  const holder = legPair(clock, 5, {
    near: { peer: 'keeper' },
    far: { peer: 'tunnel', handler: (leg) => ({ open: (open) => acceptor.open(leg(), open) }) },
  });
  const asked: DesktopRef[] = [];
  const state: { error: UniCoreError | undefined } = { error: undefined };
  const relay = desktopRelay({
    holder: (ref) => {
      asked.push(ref);
      if (state.error) throw state.error;
      return holder.near;
    },
    log: pino({ level: 'silent' }),
  });
  const hub = legPair(clock, 5, {
    near: { peer: 'hub', handler: (leg) => ({ open: (open) => relay.open(leg(), open) }) },
    far: { peer: 'provider' },
  });
  await clock.advance(50);

  const open = (kind: ChannelKindName, auth: unknown) => {
    const got: string[] = [];
    const events: string[] = [];
    const outbox = new Outbox();
    const channel: Opener = new Opener({
      clock,
      kind,
      meta: () => ({ sessionId: 'one' }),
      random: (n) => crypto.getRandomValues(new Uint8Array(n)),
      leg: () => stamped(hub.far, auth),
      resume: true,
      handler: {
        data(bytes) {
          got.push(new TextDecoder().decode(bytes));
          channel.consumed(bytes.length);
        },
        pull: (max) => outbox.pull(max),
        attached: () => events.push('attached'),
        detached: (code) => events.push(`detached ${code}`),
        closed: (code) => events.push(`closed ${code}`),
      },
    });
    channel.attach();
    outbox.push(new TextEncoder().encode(`hello ${kind}`));
    channel.wake();
    return { got, events };
  };
  return { clock, accepted, asked, state, holder, hub, open };
}

/** The hub writes its own `auth` into every OPEN frame that it forwards. */
function stamped(leg: Leg, auth: unknown): Leg {
  const send = leg.send.bind(leg);
  leg.send = (frame) => send(frame.type === FrameType.OPEN ? { ...frame, auth: packMeta(auth) } : frame);
  return leg;
}

test.each(KINDS)(
  'a channel of kind %s reaches the holder, and bytes pass in both directions',
  async (kind) => {
    const { clock, accepted, asked, open } = await setUp();
    const { got, events } = open(kind, { ...AUTH, kind });
    await clock.advance(100);
    expect(events).toEqual(['attached']);
    expect(got.join('')).toBe(`hello ${kind}`);
    expect(asked).toEqual([{ sessionId: 'one', attempt: 2 }]);
    expect(accepted).toEqual([{ kind, auth: { ...AUTH, kind } }]);
    expect(DESKTOP_KINDS.size).toBe(KINDS.length);
  },
);

test('the opener waits for a desktop that starts, or whose holder is connected again', async () => {
  const { clock, state, hub, open } = await setUp();
  state.error = new UniCoreError('LEG_LOST', 'The desktop is starting.');
  const { events } = open('vnc', { ...AUTH, kind: 'vnc' });
  await clock.advance(1_000);
  expect(new Set(events)).toEqual(new Set(['detached LEG_LOST']));
  expect(hub.near.channels).toBe(0);
  state.error = undefined;
  await clock.advance(5_000);
  expect(events.at(-1)).toBe('attached');
});

test.each(['SESSION_ENDED', 'SUPERSEDED'] as const)(
  'the channel ends with %s if the desktop has',
  async (code) => {
    const { clock, state, hub, holder, open } = await setUp();
    state.error = new UniCoreError(code, 'It is over.');
    const { events } = open('cdp', { ...AUTH, kind: 'cdp' });
    await clock.advance(100);
    expect(events).toEqual([`closed ${code}`]);
    expect([hub.near.channels, holder.near.channels]).toEqual([0, 0]);
  },
);

test.each([
  ['whose kind is not the one that the hub has judged', { ...AUTH, kind: 'vnc' }],
  ['whose auth no hub wrote', {}],
])('a channel %s is refused', async (_which, auth) => {
  const { clock, accepted, open } = await setUp();
  const { events } = open('cdp', auth);
  await clock.advance(100);
  expect(events).toEqual(['closed BAD_REQUEST']);
  expect(accepted).toEqual([]);
});

test('when the holder dies its channels are detached, and the connection to the hub stays', async () => {
  const { clock, holder, hub, open } = await setUp();
  const { events } = open('vnc', { ...AUTH, kind: 'vnc' });
  await clock.advance(100);
  holder.wire.cut();
  await clock.advance(20);
  expect(events).toContain('detached LEG_LOST');
  expect(hub.near.up).toBe(true);
});
