import { ChannelKind, type FrameOf, FrameType, packMeta } from '@unicore/protocol';
import { expect, test } from 'vitest';
import type { Authoriser, DesktopPass, Identity } from './deps.ts';
import { readWish } from './wish.ts';

/** Grants everything. The desktops are in their second attempt. */
const GENEROUS: Authoriser = {
  authorise: async () => ({ providerId: 'p1', gen: 1, rights: 'write' }),
  authoriseDesktop: async () => ({ providerId: 'p1', attempt: 2, rights: 'write', guest: false }),
};

const alice = (desktop?: DesktopPass): Identity => ({
  userId: 'alice',
  sessionId: 's-alice',
  ...(desktop && { desktop }),
});

function open(kind: keyof typeof ChannelKind, meta: unknown): FrameOf<typeof FrameType.OPEN> {
  return {
    type: FrameType.OPEN,
    ch: 1,
    epoch: new Uint8Array(16),
    attach: 1,
    kind: ChannelKind[kind],
    recvNext: 0,
    limit: 0,
    mustExist: false,
    auth: new Uint8Array(0),
    meta: packMeta(meta),
  };
}

const admit = (who: Identity, sessionId: string) =>
  readWish(open('vnc', { sessionId }), who, GENEROUS).admit();

test('a ticket for a desktop opens this desktop in the attempt that it was issued for', async () => {
  const pass = { desktopId: 'd-1', attempt: 2, guest: false };
  expect((await admit(alice(pass), 'd-1')).auth).toMatchObject({ sessionId: 'd-1', attempt: 2 });
  await expect(admit(alice({ ...pass, attempt: 1 }), 'd-1')).rejects.toMatchObject({ code: 'SUPERSEDED' });
});

test('a ticket for a desktop opens nothing else of its user', () => {
  const who = alice({ desktopId: 'd-1', attempt: 2, guest: true });
  const others = [open('vnc', { sessionId: 'd-2' }), open('terminal', { vmId: 'vm-a' })];
  for (const other of others) {
    expect(() => readWish(other, who, GENEROUS)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
    expect(readWish(other, alice(), GENEROUS).target).toMatch(/d-2|vm-a/);
  }
});

test('a viewer that only watches may only read', async () => {
  const wish = readWish(open('vnc', { sessionId: 'd-1', viewOnly: true }), alice(), GENEROUS);
  expect((await wish.admit()).auth).toMatchObject({ rights: 'read' });
  expect((await admit(alice(), 'd-1')).auth).toMatchObject({ rights: 'write' });
});
