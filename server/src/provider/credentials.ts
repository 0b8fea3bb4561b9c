/**
 * How an agent proves which provider it is: it signs a challenge with the key that it joined with, and gets a short
 * token for HELLO. The key never leaves its machine.
 */
import { createPublicKey, verify } from 'node:crypto';
import { type Clock, UniCoreError } from '@unicore/protocol';
import { errors, jwtVerify, SignJWT } from 'jose';
import { hashOf, newSecret, OneTimeValues } from '../auth/index.ts';
import type { Backplane } from '../backplane/index.ts';
import type { Store } from '../store/index.ts';

/** Between asking for a challenge and signing it there is one round trip. */
const CHALLENGE_MS = 60_000;
/** An agent asks for a new one with each connection. */
const TOKEN_MS = 15 * 60_000;
const AUDIENCE = 'unicore-provider';

export class ProviderCredentials {
  readonly #store: Store;
  readonly #now: () => number;
  readonly #challenges: OneTimeValues;
  #key: Promise<Uint8Array> | undefined;

  /** now: milliseconds since 1970. */
  constructor(store: Store, backplane: Backplane, clock: Clock, now: () => number) {
    this.#store = store;
    this.#now = now;
    this.#challenges = new OneTimeValues(backplane, clock, 'challenge:', CHALLENGE_MS);
  }

  /** Given for unknown ids too: asking tells nobody which exist. */
  async challenge(providerId: string): Promise<{ challenge: string; expiresAt: number }> {
    const expiresAt = this.#now() + CHALLENGE_MS;
    // Says what it is, so that a signature of it can't be taken for one of something else.
    const newChallenge = () => `unicore-provider-challenge:${providerId}:${newSecret()}`;
    return { challenge: await this.#challenges.put(newChallenge, hashOf, providerId), expiresAt };
  }

  async token(proof: { providerId: string; challenge: string; signature: string }) {
    const fresh = (await this.#challenges.take(hashOf(proof.challenge))) === proof.providerId;
    const provider = fresh ? await this.#store.provider(proof.providerId) : undefined;
    if (!provider || !signed(provider.publicKey, proof)) {
      throw new UniCoreError(
        'UNAUTHENTICATED',
        'The hub does not know this provider by this key. Join again with a new join token.',
      );
    }
    const expiresAt = this.#now() + TOKEN_MS;
    const token = await new SignJWT()
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject(provider.providerId)
      .setAudience(AUDIENCE)
      .setExpirationTime(Math.floor(expiresAt / 1000))
      .sign(await this.#secret());
    return { token, expiresAt };
  }

  /** The provider that a token was made for. Throws UNAUTHENTICATED. */
  async verify(token: string): Promise<string> {
    const options = { audience: AUDIENCE, algorithms: ['HS256'], currentDate: new Date(this.#now()) };
    try {
      const { payload } = await jwtVerify(token, await this.#secret(), options);
      const provider = payload.sub === undefined ? undefined : await this.#store.provider(payload.sub);
      if (provider) return provider.providerId;
    } catch (error) {
      if (!(error instanceof errors.JOSEError)) throw error;
    }
    throw new UniCoreError(
      'UNAUTHENTICATED',
      'The provider token is wrong or has expired. Ask for a new one.',
    );
  }

  #secret(): Promise<Uint8Array> {
    this.#key ??= this.#store
      .meta('providerTokenSecret', newSecret)
      .then((text) => Buffer.from(text, 'base64url'));
    return this.#key;
  }
}

function signed(
  publicKey: string,
  { challenge, signature }: { challenge: string; signature: string },
): boolean {
  const key = createPublicKey({ key: JSON.parse(publicKey), format: 'jwk' });
  return verify(null, Buffer.from(challenge), key, Buffer.from(signature, 'base64url'));
}
