/**
 * The accepting end trusts no OPEN. An OPEN that breaks the rules ends its channel and leaves no memory
 * behind.
 */
import { beforeEach, describe, expect, test } from 'vitest';
import { Leg } from '../leg/index.ts';
import { SimClock } from '../sim/index.ts';
import { heardBy, SAMPLES } from '../testing/index.ts';
import {
  ERRORS,
  type ErrorCode,
  type Frame,
  type FrameOf,
  FrameType,
  packMeta,
  UniCoreError,
  unpackMeta,
} from '../wire/index.ts';
import { Acceptor, type OpenRequest } from './acceptor.ts';

type Open = FrameOf<typeof FrameType.OPEN>;

/** Makes a leg whose far end is the test: the test writes frames and reads the answers. */
function scripted(
  accept?: (request: OpenRequest) => void,
  reattach?: NonNullable<ConstructorParameters<typeof Acceptor>[0]['reattach']>,
) {
  const clock = new SimClock();
  const said: Frame[] = [];
  const requests: OpenRequest[] = [];
  const ends: ErrorCode[] = [];
  const acceptor = new Acceptor({
    clock,
    ...(reattach && { reattach }),
    accept: (request) => {
      if (accept) return accept(request);
      requests.push(request);
      request.accept({ data: () => {}, closed: (code) => ends.push(code) }, {});
    },
  });
  const transport = heardBy((frame) => said.push(frame));
  const leg = new Leg({ transport, clock, peer: 'hub', dial: { meta: {} }, handler: { closed: () => {} } });
  const open = async (change: Partial<Open>) => {
    acceptor.open(leg, { ...OPEN, ...change });
    await clock.advance(0);
    return said.at(-1);
  };
  return { clock, acceptor, leg, said, requests, ends, open };
}

const OPEN: Open = { ...SAMPLES[FrameType.OPEN], ch: 2, limit: 1000 };
const reset = (ch: number, code: ErrorCode) =>
  expect.objectContaining({ type: FrameType.RESET, ch, code: ERRORS[code].number });
const detached = (ch: number) => ({ type: FrameType.DETACHED, ch, code: ERRORS.LEG_LOST.number });

let end: ReturnType<typeof scripted>;
beforeEach(() => {
  end = scripted();
});

describe('a new channel', () => {
  test('is accepted where the OPEN came from, and again when it is repeated', async () => {
    expect(await end.open({})).toMatchObject({ type: FrameType.ACCEPT, ch: 2, attach: 1, recvNext: 0 });
    expect(await end.open({})).toMatchObject({ type: FrameType.ACCEPT, ch: 2, attach: 1, recvNext: 0 });
    expect(end.requests.length).toBe(1);
  });

  test('that claims to have received bytes is refused before the application is asked', async () => {
    expect(await end.open({ recvNext: 1 })).toEqual(reset(2, 'FLOW_VIOLATION'));
    expect([end.requests.length, end.acceptor.size]).toEqual([0, 0]);
  });

  test('whose metadata cannot be read is not remembered', () => {
    const open = { ...OPEN, meta: Uint8Array.of(0xdf, 0xff, 0xff, 0xff, 0xff) };
    expect(() => end.acceptor.open(end.leg, open)).toThrow(/entries/);
    expect([end.requests.length, end.acceptor.size]).toEqual([0, 0]);
  });

  test('of an unknown kind is refused', async () => {
    expect(await end.open({ kind: 99 })).toEqual(reset(2, 'KIND_UNKNOWN'));
  });

  test('that must exist is EPOCH_LOST', async () => {
    expect(await end.open({ mustExist: true })).toEqual(reset(2, 'EPOCH_LOST'));
  });
});

describe('a channel that is attached again', () => {
  test('answers under the new number, and detaches the old one', async () => {
    await end.open({});
    expect(await end.open({ ch: 4, attach: 2 })).toMatchObject({ type: FrameType.ACCEPT, ch: 4, attach: 2 });
    expect(end.said).toContainEqual({ type: FrameType.DETACHED, ch: 2, code: ERRORS.LEG_LOST.number });
  });

  test('by an OPEN that is not newer stays where it is, and the hops of that OPEN are released', async () => {
    await end.open({ attach: 5 });
    expect(await end.open({ ch: 4, attach: 5 })).toEqual(detached(4));
    expect(await end.open({ ch: 6, attach: 4 })).toEqual(detached(6));
    expect(await end.open({ attach: 5 })).toMatchObject({ type: FrameType.ACCEPT, ch: 2, attach: 5 });
  });

  test('is checked each time: a peer that lost its right is refused, and the channel stays open', async () => {
    const asked: unknown[] = [];
    const { open, ends } = scripted(undefined, (_channel, auth) => {
      asked.push(auth);
      const { user } = auth as { user: string };
      if (user !== 'ada') throw new UniCoreError('EPOCH_LOST', 'this channel is no longer known');
      return { rights: 'read' };
    });
    const [ada, eve] = ['ada', 'eve'].map((user) => packMeta({ user }));
    await open({ auth: ada! });
    expect(await open({ ch: 4, attach: 2, auth: eve! })).toEqual(reset(4, 'EPOCH_LOST'));
    const answer = await open({ ch: 6, attach: 3, auth: ada! });
    expect(answer).toMatchObject({ type: FrameType.ACCEPT, ch: 6, attach: 3 });
    expect(unpackMeta((answer as { meta: Uint8Array }).meta)).toMatchObject({ rights: 'read' });
    expect([asked, ends]).toEqual([[{ user: 'eve' }, { user: 'ada' }], []]);
  });

  test('while its OPEN is pending is answered on the newest number, and the others are detached', async () => {
    const requests: OpenRequest[] = [];
    const { leg, open, said } = scripted((request) => requests.push(request));
    await open({});
    await open({});
    expect(said.map(({ type }) => type)).toEqual([FrameType.HELLO]);
    expect(leg.portOf(2)).toBeDefined();
    expect(await open({ ch: 4, attach: 2 })).toEqual(detached(2));
    expect(await open({ ch: 6, attach: 1 })).toEqual(detached(6));
    expect(requests.length).toBe(1);
    requests[0]!.accept({ data: () => {}, closed: () => {} }, {});
    expect(await open({ ch: 4, attach: 2 })).toMatchObject({ type: FrameType.ACCEPT, ch: 4, attach: 2 });
  });

  test('with a position that was never reached is closed, and stays closed', async () => {
    await end.open({});
    expect(await end.open({ ch: 4, attach: 2, recvNext: 7 })).toEqual(reset(4, 'FLOW_VIOLATION'));
    expect(end.ends).toEqual(['FLOW_VIOLATION']);
    expect(end.leg.channels).toBe(0);
    expect(await end.open({ ch: 6, attach: 3 })).toEqual(reset(6, 'FLOW_VIOLATION'));
  });

  test('after its end is answered with how it ended, for two minutes', async () => {
    await end.open({});
    end.leg.close('LEG_LOST', '');
    await end.clock.advance(120_000);
    expect(end.ends).toEqual(['LEG_LOST']);
    expect(end.acceptor.size).toBe(1);
    await end.clock.advance(120_000);
    expect(end.acceptor.size).toBe(0);
  });
});

test('a number that carries one channel is not given to another: each hears when its leg is gone', async () => {
  await end.open({});
  await expect(end.open({ epoch: new Uint8Array(16).fill(1) })).rejects.toThrow('in use');
  end.leg.close('LEG_LOST', '');
  await end.clock.advance(240_000);
  expect(end.acceptor.size).toBe(0);
});

test('an acceptor that closes resets every channel', async () => {
  await end.open({});
  end.acceptor.close('VM_NOT_RUNNING', 'stopped');
  await end.clock.advance(0);
  expect(end.said.at(-1)).toEqual(reset(2, 'VM_NOT_RUNNING'));
  expect(end.ends).toEqual(['VM_NOT_RUNNING']);
});
