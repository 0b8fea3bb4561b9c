/** Contract suite of the store's desktops and receipts. It is a part of the store's suite. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { desktopRow, receiptRow, userRow } from '../testing/rows.ts';
import type { DesktopRow, ReceiptRow } from './rows.ts';
import type { Store } from './store.ts';

const FIRST = desktopRow({ rev: 0 });
const OVER = desktopRow({ phase: 'ended', endedAt: 9 });
const RECEIPT = receiptRow();
/** The number of concurrent calls in tests of races. */
const CALLS = 50;

/** open: opens the store of that name, a second time for a second hub. */
export function desktopSuite(open: (name: string) => Store): void {
  describe('the store contract for desktops', () => {
    /** Two hubs with the same data. */
    let hubs: [Store, Store];
    let store: Store;
    let opened = 0;
    let ended = 0;

    beforeEach(async () => {
      opened += 1;
      hubs = [open(`desktops-${opened}`), open(`desktops-${opened}`)];
      store = hubs[0];
      await store.addUser(userRow());
    });
    afterEach(() => Promise.all(hubs.map((hub) => hub.close())));

    /** Makes all calls at once, and every second one at the second hub. */
    function atOnce<T>(call: (at: Store, index: number) => Promise<T>): Promise<T[]> {
      return Promise.all(Array.from({ length: CALLS }, (_, index) => call(hubs[index % 2]!, index)));
    }

    /** Ends a desktop of a new user with this receipt. */
    function end(receipt: ReceiptRow, at = store): Promise<boolean> {
      ended += 1;
      return at.replaceDesktop({ ...OVER, rev: 0, userId: `u-ended-${ended}` }, receipt);
    }

    test('a desktop is found by its user and by its session', async () => {
      expect(await store.desktop('u-alice')).toBeUndefined();
      expect(await store.desktopOf('d-1')).toBeUndefined();
      expect(await store.replaceDesktop(FIRST)).toBe(true);
      expect(await store.desktop('u-alice')).toEqual({ ...FIRST, rev: 1 });
      expect(await store.desktopOf('d-1')).toEqual({ ...FIRST, rev: 1 });
      expect(await store.desktopOf('d-2')).toBeUndefined();
    });

    test('while two rows name a session, the one that was created last counts', async () => {
      await store.replaceDesktop({ ...FIRST, userId: 'pool-0', createdAt: 10 });
      await store.replaceDesktop({ ...FIRST, createdAt: 11 });
      expect((await store.desktopOf('d-1'))?.userId).toBe('u-alice');
      await store.replaceDesktop({ ...FIRST, rev: 1, createdAt: 9 });
      expect((await store.desktopOf('d-1'))?.userId).toBe('pool-0');
    });

    test('every field of a desktop is kept', async () => {
      const full: DesktopRow = {
        userId: 'u-alice',
        rev: 0,
        sessionId: 'd-9',
        attempt: 3,
        opId: 'op / ä',
        phase: 'failed',
        phaseAt: 1_700_000_000_001,
        code: 'LAUNCH_FAILED',
        reason: 'The browser ended: exit 1.',
        launcher: 'cloud-run',
        place: 'project/europe-west1',
        providerId: 'd-9-3',
        jobName: 'vnc-u-alice-1700000000000',
        image: 'unicore/desktop',
        scale: 2,
        isolation: 'sandboxed',
        createdAt: 1_700_000_000_000,
        startedAt: 1_700_000_000_002,
        endedAt: 1_700_000_000_003,
        lifeMs: 14_400_000,
        budget: 0.01,
        cpuSeconds: 2.5,
        memorySeconds: 7_200,
        sentBytes: 3e12,
        cost: 0.3512,
        viewerToken: 'hash',
        heardAt: 1_700_000_000_004,
        pooledMs: 60_000,
        pooledBytes: 7,
      };
      await store.replaceDesktop(full);
      expect(await store.desktop('u-alice')).toEqual({ ...full, rev: 1 });
    });

    test('a write based on an older or a newer revision, or on no row, changes nothing', async () => {
      expect(await store.replaceDesktop({ ...FIRST, rev: 1 })).toBe(false);
      expect(await store.desktop('u-alice')).toBeUndefined();
      await store.replaceDesktop(FIRST);
      await store.replaceDesktop({ ...FIRST, rev: 1, phase: 'launching' });
      for (const rev of [0, 1, 3])
        expect(await store.replaceDesktop({ ...FIRST, rev, phase: 'failed' })).toBe(false);
      expect(await store.desktop('u-alice')).toEqual({ ...FIRST, rev: 2, phase: 'launching' });
    });

    test("a user's next session takes the place of the one before", async () => {
      await store.replaceDesktop({ ...FIRST, phase: 'ended', endedAt: 9 });
      const next = desktopRow({ rev: 1, sessionId: 'd-2', createdAt: 10 });
      expect(await store.replaceDesktop(next)).toBe(true);
      expect(await store.desktopOf('d-1')).toBeUndefined();
      expect(await store.desktopOf('d-2')).toEqual({ ...next, rev: 2 });
      expect(await store.desktop('u-alice')).toEqual({ ...next, rev: 2 });
    });

    test('desktops are listed oldest first, until their end is known', async () => {
      const desktops = [
        desktopRow({ userId: 'u-c', sessionId: 'd-3', createdAt: 30 }),
        desktopRow({ userId: 'u-b', sessionId: 'd-2', createdAt: 20, phase: 'failed' }),
        desktopRow({ userId: 'u-a', sessionId: 'd-1', createdAt: 10, phase: 'running' }),
        desktopRow({ userId: 'u-d', sessionId: 'd-4', createdAt: 5, phase: 'ended', endedAt: 6 }),
      ];
      for (const desktop of desktops) await store.replaceDesktop({ ...desktop, rev: 0 });
      const ids = async () => (await store.desktops()).map(({ sessionId }) => sessionId);
      expect(await ids()).toEqual(['d-1', 'd-2', 'd-3']);
      await store.replaceDesktop({ ...desktops[1]!, endedAt: 40 });
      expect(await ids()).toEqual(['d-1', 'd-3']);
      await store.replaceDesktop({ ...desktops[3]!, sessionId: 'd-5', phase: 'reserved', endedAt: null });
      expect(await ids()).toEqual(['d-5', 'd-1', 'd-3']);
    });

    test('of many first writes for one user, one succeeds, and its state is stored', async () => {
      const wins = await atOnce((at, index) => at.replaceDesktop({ ...FIRST, sessionId: `d-${index}` }));
      expect(wins.filter((won) => won)).toHaveLength(1);
      const stored = await store.desktop('u-alice');
      expect(stored).toEqual({ ...FIRST, sessionId: `d-${wins.indexOf(true)}`, rev: 1 });
      expect(await store.desktops()).toEqual([stored]);
    });

    test('of many writes based on one revision, one succeeds, and its state is stored', async () => {
      await store.replaceDesktop(FIRST);
      const wins = await atOnce((at, index) =>
        at.replaceDesktop({ ...FIRST, rev: 1, reason: `by ${index}` }),
      );
      expect(wins.filter((won) => won)).toHaveLength(1);
      expect(await hubs[1].desktop('u-alice')).toMatchObject({ rev: 2, reason: `by ${wins.indexOf(true)}` });
    });

    test('first writes for many users all succeed', async () => {
      const wins = await atOnce((at, index) =>
        at.replaceDesktop({ ...FIRST, userId: `u-${index}`, sessionId: `d-${index}` }),
      );
      expect(new Set(wins)).toEqual(new Set([true]));
      expect(await store.desktops()).toHaveLength(CALLS);
    });

    test.each([
      ['attempt', { attempt: 0 }],
      ['a session', { sessionId: 'D 1' }],
      ['a time', { startedAt: -1 }],
      ['the longest life', { lifeMs: 0 }],
      ['cost', { cost: -0.1 }],
    ])(
      'a desktop with an invalid value for %s is refused when it is read, and can be replaced',
      async (_, bad) => {
        await store.replaceDesktop({ ...FIRST, ...bad });
        await expect(store.desktop('u-alice')).rejects.toThrow(Object.keys(bad)[0]);
        await expect(store.desktops()).rejects.toThrow();
        expect(await store.replaceDesktop({ ...FIRST, rev: 1 })).toBe(true);
        expect(await store.desktop('u-alice')).toEqual({ ...FIRST, rev: 2 });
      },
    );

    test('the end of a desktop is written together with its receipt', async () => {
      await store.replaceDesktop(FIRST);
      expect(await store.receipt('d-1')).toBeUndefined();
      expect(await store.replaceDesktop({ ...OVER, rev: 1 }, RECEIPT)).toBe(true);
      expect(await store.desktop('u-alice')).toEqual({ ...OVER, rev: 2 });
      expect(await store.receipt('d-1')).toEqual(RECEIPT);
    });

    test('an end that comes after another change leaves no receipt', async () => {
      await store.replaceDesktop(FIRST);
      await store.replaceDesktop({ ...FIRST, rev: 1, phase: 'launching' });
      for (const rev of [0, 1]) expect(await store.replaceDesktop({ ...OVER, rev }, RECEIPT)).toBe(false);
      expect(await store.receipt('d-1')).toBeUndefined();
      expect(await store.desktop('u-alice')).toEqual({ ...FIRST, rev: 2, phase: 'launching' });
    });

    test('of an end and another change at once, one is written, and a receipt only with the end', async () => {
      await store.replaceDesktop(FIRST);
      const wins = await atOnce((at, index) =>
        index === 0
          ? at.replaceDesktop({ ...OVER, rev: 1 }, RECEIPT)
          : at.replaceDesktop({ ...FIRST, rev: 1, reason: `by ${index}` }),
      );
      expect(wins.filter((won) => won)).toHaveLength(1);
      expect(await store.receipt('d-1')).toEqual(wins[0] ? RECEIPT : undefined);
    });

    test('a receipt is kept as it was first written, and a second end of its session is written', async () => {
      expect(await end(RECEIPT)).toBe(true);
      expect(await end({ ...RECEIPT, cost: 99 })).toBe(true);
      expect(await store.receipt('d-1')).toEqual(RECEIPT);
      expect(await store.receipts('u-alice', 10)).toEqual([RECEIPT]);
    });

    test('every field of a receipt is kept', async () => {
      const full = receiptRow({
        launcher: 'cloud-run',
        place: 'project/europe-west1',
        jobName: 'vnc-u-alice-1',
        startedAt: null,
        code: 'BUDGET_SPENT',
        reason: 'The budget of 0.01 $ was spent.',
        sentBytes: 3e12,
      });
      await end(full);
      expect(await store.receipt('d-1')).toEqual(full);
    });

    test('of many receipts for one session one is kept', async () => {
      await atOnce((at, index) => end({ ...RECEIPT, proof: `by ${index}` }, at));
      const kept = await store.receipts('u-alice', 10);
      expect(kept).toMatchObject([{ sessionId: 'd-1', proof: expect.stringMatching(/^by \d+$/) }]);
      expect(await store.receipt('d-1')).toEqual(kept[0]);
    });

    test('receipts are listed newest first, up to a limit, for one user', async () => {
      const ends = [5, 1_700_000_000_000, 40, 0];
      for (const endedAt of ends) await end({ ...RECEIPT, sessionId: `d-${endedAt}`, endedAt });
      for (const userId of ['u-alic', 'u-alice-2', 'u-alicf'])
        await end({ ...RECEIPT, sessionId: `d-of-${userId}`, userId });
      const listed = async (limit: number) =>
        (await store.receipts('u-alice', limit)).map(({ endedAt }) => endedAt);
      expect(await listed(10)).toEqual([1_700_000_000_000, 40, 5, 0]);
      expect(await listed(2)).toEqual([1_700_000_000_000, 40]);
      expect(await store.receipts('u-nobody', 10)).toEqual([]);
    });

    test('receipts of the same time are listed by session, so that the order is always the same', async () => {
      for (const sessionId of ['d-2', 'd-3', 'd-1']) await end({ ...RECEIPT, sessionId });
      const listed = await store.receipts('u-alice', 10);
      expect(listed.map(({ sessionId }) => sessionId)).toEqual(['d-3', 'd-2', 'd-1']);
    });

    test('with an invalid receipt nothing is written, because a receipt could never be corrected', async () => {
      await store.replaceDesktop(FIRST);
      await expect(store.replaceDesktop({ ...OVER, rev: 1 }, { ...RECEIPT, cost: -1 })).rejects.toThrow(
        'cost',
      );
      expect(await store.receipt('d-1')).toBeUndefined();
      expect(await store.desktop('u-alice')).toEqual({ ...FIRST, rev: 1 });
    });

    test('a receipt may be made of a whole desktop, of which it keeps its own fields', async () => {
      const { endedAt, proof } = RECEIPT;
      await end({ ...desktopRow({ cost: 0.2 }), endedAt, proof });
      expect(await store.receipt('d-1')).toEqual(
        receiptRow({ startedAt: null, cost: 0.2, cpuSeconds: 0, memorySeconds: 0, sentBytes: 0 }),
      );
    });

    test('desktops and receipts are still there after the store is opened again', async () => {
      await store.replaceDesktop(FIRST);
      await end(RECEIPT);
      await Promise.all(hubs.map((hub) => hub.close()));
      hubs = [open(`desktops-${opened}`), open(`desktops-${opened}`)];
      expect(await hubs[0].desktops()).toEqual([{ ...FIRST, rev: 1 }]);
      expect(await hubs[1].receipts('u-alice', 10)).toEqual([RECEIPT]);
    });
  });
}
