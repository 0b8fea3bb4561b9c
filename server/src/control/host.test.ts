import { Acceptor, type Channel, UniCoreError } from '@unicore/protocol';
import type { AgentMethods, HubMethods, VmOrder } from '@unicore/protocol/control';
import { legPair, SimClock } from '@unicore/protocol/sim';
import { beforeEach, describe, expect, test } from 'vitest';
import { createLog } from '../log.ts';
import { answerControl, asOrdered, obedientAgent } from '../testing/control.ts';
import { ControlHost } from './host.ts';

const ORDER: VmOrder = {
  vmId: 'vm-1',
  gen: 1,
  desired: 'running',
  image: 'unicore/vm',
  size: 'small',
  attempt: 1,
};
const seen = (vmId: string, desired: 'running' | 'deleted') => asOrdered({ vmId, gen: 1, desired });

describe('the control host', () => {
  let clock: SimClock;
  let orders: VmOrder[];
  let strays: string[];
  let reports: Parameters<HubMethods['observed']>[0][];
  let asked: string[][];
  let applied: VmOrder[][];
  let refusal: Error | undefined;
  let host: ControlHost;
  let hub: HubMethods;
  let channel: Channel;

  beforeEach(() => {
    clock = new SimClock();
    orders = [ORDER];
    strays = [];
    reports = [];
    asked = [];
    applied = [];
    refusal = undefined;
    host = new ControlHost({
      clock,
      log: createLog('silent'),
      async report(_, report) {
        reports.push(report);
        return strays;
      },
      async orders(_, also) {
        asked.push([...also]);
        return orders;
      },
      desktops: { report: async () => [], orders: async () => [] },
    });
  });

  /** Opens a provider's socket with an agent at the other end. */
  async function connect() {
    const methods: AgentMethods = {
      ...obedientAgent(() => hub),
      async apply(given) {
        applied.push(given);
        if (refusal) throw refusal;
      },
      openTerminal: async () => {
        throw new UniCoreError('RUNTIME_UNAVAILABLE', 'Docker does not answer. Start it.');
      },
    };
    const acceptor = new Acceptor({
      clock,
      accept(request) {
        ({ hub, channel } = answerControl(request, methods));
      },
    });
    const { wire, far: hubLeg } = legPair(clock, 5, {
      near: { peer: 'hub', handler: (leg) => ({ open: (open) => acceptor.open(leg(), open) }) },
      far: {
        peer: 'provider',
        handler: (leg) => ({
          hello() {
            leg().welcome({});
            host.open(leg(), 'p-1');
          },
        }),
      },
    });
    await clock.advance(100);
    return { wire, hubLeg };
  }

  test('sends all orders on connect, and again when they changed', async () => {
    await connect();
    expect(applied).toEqual([[ORDER]]);
    orders = [{ ...ORDER, desired: 'stopped' }];
    host.ordersChanged('p-1');
    await clock.advance(100);
    expect(applied).toHaveLength(2);
    expect(applied[1]).toEqual(orders);
  });

  test('sends many changes at once together, and nothing if no order changed', async () => {
    await connect();
    for (let attempt = 2; attempt < 50; attempt++) {
      orders = [{ ...ORDER, attempt }];
      host.ordersChanged('p-1');
    }
    await clock.advance(100);
    expect(applied.map(([order]) => order?.attempt)).toEqual([1, 2, 49]);
    host.ordersChanged('p-1');
    await clock.advance(100);
    expect(applied).toHaveLength(3);
  });

  test('sends orders again that were not accepted', async () => {
    refusal = new Error('disk full');
    await connect();
    expect(applied).toHaveLength(1);
    await clock.advance(2_000);
    expect(applied.length).toBeGreaterThan(1);
    refusal = undefined;
    await clock.advance(15_000);
    const { length } = applied;
    await clock.advance(60_000);
    expect(applied).toHaveLength(length);
  });

  test('parses reports and passes them on; refuses invalid ones', async () => {
    await connect();
    await Promise.all([hub.observed({ whole: true, vms: [seen('vm-1', 'running')] }), clock.advance(100)]);
    expect(reports).toEqual([{ whole: true, vms: [seen('vm-1', 'running')] }]);
    const wrong = hub.observed({ whole: true, vms: [{ vmId: '../etc' }] } as never);
    await Promise.all([expect(wrong).rejects.toMatchObject({ code: 'BAD_REQUEST' }), clock.advance(100)]);
    expect(reports).toHaveLength(1);
  });

  test('orders an agent to remove strays until it reports that they are gone', async () => {
    await connect();
    strays = ['vm-old'];
    await Promise.all([hub.observed({ whole: true, vms: [seen('vm-old', 'running')] }), clock.advance(100)]);
    expect(asked.at(-1)).toEqual(['vm-old']);
    strays = [];
    await Promise.all([hub.observed({ whole: false, vms: [seen('vm-old', 'deleted')] }), clock.advance(100)]);
    host.ordersChanged('p-1');
    await clock.advance(100);
    expect(asked.at(-1)).toEqual([]);
  });

  test('a provider is unreachable when it is not connected, and when it disconnects during a call', async () => {
    expect(() => host.agent('p-1')).toThrow('not connected');
    const { wire } = await connect();
    const asking = host.agent('p-1').terminals({ vmId: 'vm-1' });
    wire.cut();
    await expect(asking).rejects.toMatchObject({ code: 'PROVIDER_UNREACHABLE' });
    expect(() => host.agent('p-1')).toThrow('not connected');
  });

  test("an agent's error keeps its code", async () => {
    await connect();
    const open = { vmId: 'vm-1', gen: 1, terminalId: 'main', cols: 80, rows: 24 };
    const refused = expect(host.agent('p-1').openTerminal(open)).rejects.toMatchObject({
      code: 'RUNTIME_UNAVAILABLE',
    });
    await Promise.all([refused, clock.advance(100)]);
  });

  test('a newer socket replaces an older one', async () => {
    await connect();
    await connect();
    await Promise.all([host.agent('p-1').terminals({ vmId: 'vm-1' }), clock.advance(100)]);
    expect(applied).toEqual([[ORDER], [ORDER]]);
  });

  test('a call that is pending when a newer socket comes is answered by the older one', async () => {
    const { hubLeg } = await connect();
    const asking = host.agent('p-1').terminals({ vmId: 'vm-1' });
    await Promise.all([expect(asking).resolves.toEqual([]), connect()]);
    expect([hubLeg.open, hubLeg.channels]).toEqual([true, 0]);
  });

  test('an agent that ends its control channel loses its socket, so that it reconnects with both', async () => {
    const { hubLeg } = await connect();
    channel.reset('INTERNAL', 'confused');
    await clock.advance(100);
    expect(hubLeg.open).toBe(false);
  });
});
