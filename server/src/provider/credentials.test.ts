import { generateKeyPairSync, sign } from 'node:crypto';
import { SimClock } from '@unicore/protocol/sim';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Store } from '../store/index.ts';
import { openSqliteStore } from '../store/index.ts';
import { providerRow, userRow } from '../testing/rows.ts';
import { Switchboard } from '../testing/switchboard.ts';
import { ProviderCredentials } from './credentials.ts';

const keys = generateKeyPairSync('ed25519');
const stranger = generateKeyPairSync('ed25519');
const signed = (text: string, { privateKey } = keys) =>
  sign(null, Buffer.from(text), privateKey).toString('base64url');

describe('provider credentials', () => {
  let store: Store;
  let now: number;
  let credentials: ProviderCredentials;
  let clock: SimClock;
  let board: Switchboard;

  beforeEach(async () => {
    now = Date.UTC(2026, 0, 1);
    store = openSqliteStore(':memory:');
    await store.addUser(userRow());
    const publicKey = JSON.stringify(keys.publicKey.export({ format: 'jwk' }));
    await store.addProvider(providerRow({ publicKey }));
    await store.addProvider(providerRow({ providerId: 'p-2', publicKey }));
    clock = new SimClock();
    board = new Switchboard(clock);
    credentials = hub();
  });

  test('a signed challenge gives a token, and the token says who', async () => {
    const { challenge } = await credentials.challenge('p-1');
    const { token } = await credentials.token({ providerId: 'p-1', challenge, signature: signed(challenge) });
    expect(await credentials.verify(token)).toBe('p-1');
  });

  test('a token lasts 15 minutes, over a restart of the hub too', async () => {
    const { challenge } = await credentials.challenge('p-1');
    const { token, expiresAt } = await credentials.token({
      providerId: 'p-1',
      challenge,
      signature: signed(challenge),
    });
    now = expiresAt - 1_000;
    expect(await hub().verify(token)).toBe('p-1');
    now = expiresAt;
    await expect(credentials.verify(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test.each([
    ['by another key', { signature: (text: string) => signed(text, stranger) }],
    ['of another text', { signature: () => signed('other') }],
    ['that is none', { signature: () => 'x' }],
    ['for another provider', { providerId: 'p-2' }],
    ['for a provider that does not exist', { providerId: 'p-none' }],
  ])(
    'a signature %s is refused',
    async (_, wrong: { signature?: (text: string) => string; providerId?: string }) => {
      const { challenge } = await credentials.challenge('p-1');
      const signature = (wrong.signature ?? signed)(challenge);
      const proof = { providerId: wrong.providerId ?? 'p-1', challenge, signature };
      await expect(credentials.token(proof)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    },
  );

  test('a challenge is signed once, within a minute', async () => {
    const [used, late] = await Promise.all(
      [1, 2].map(async () => (await credentials.challenge('p-1')).challenge),
    );
    const proof = (challenge: string) => ({ providerId: 'p-1', challenge, signature: signed(challenge) });
    await credentials.token(proof(used!));
    await expect(hub().token(proof(used!))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await clock.advance(60_000);
    await expect(credentials.token(proof(late!))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test.each(['', 'x', 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJwLTEifQ.'])(
    'the token %j is refused',
    async (token) => {
      await expect(credentials.verify(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    },
  );

  test('the challenge of one hub is signed at another', async () => {
    const { challenge } = await credentials.challenge('p-1');
    const { token } = await hub().token({ providerId: 'p-1', challenge, signature: signed(challenge) });
    expect(await credentials.verify(token)).toBe('p-1');
  });

  test('while the hubs cannot reach one another an agent gets in at the one that it asked', async () => {
    board.down = true;
    const { challenge } = await credentials.challenge('p-1');
    const proof = { providerId: 'p-1', challenge, signature: signed(challenge) };
    await expect(hub().token(proof)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(await credentials.verify((await credentials.token(proof)).token)).toBe('p-1');
    await expect(credentials.token(proof)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  function hub(): ProviderCredentials {
    return new ProviderCredentials(store, board.join().plane, clock, () => now);
  }
});
