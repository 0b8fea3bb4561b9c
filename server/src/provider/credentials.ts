/**
 * Authenticates agents. An agent signs a challenge with its private key and gets a short-lived token for its
 * HELLO message. The hub checks the signature with the public key that it stored when the agent joined. The
 * private key never leaves the agent's machine.
 */
import { createPublicKey, verify } from 'node:crypto';
import { type Clock, UniCoreError } from '@unicore/protocol';
import { errors, jwtVerify, SignJWT } from 'jose';
import { hashOf, newSecret, OneTimeValues } from '../auth/index.ts';
import type { Backplane } from '../backplane/index.ts';
import type { Store } from '../store/index.ts';

/** Lifetime of a challenge, ms. An agent needs only one round trip to sign the challenge. */
const CHALLENGE_MS = 60_000;
/** Lifetime of a token, ms. An agent asks for a new token for each connection. */
const TOKEN_MS = 15 * 60_000;
const AUDIENCE = 'unicore-provider';

export class ProviderCredentials {
  readonly #store: Store;
  readonly #now: () => number;
  readonly #challenges: OneTimeValues;
  #key: Promise<Uint8Array> | undefined;

  /** `now` returns the time in milliseconds since 1970. */
  constructor(store: Store, backplane: Backplane, clock: Clock, now: () => number) {
    this.#store = store;
    this.#now = now;
    this.#challenges = new OneTimeValues(backplane, clock, 'challenge:', CHALLENGE_MS);
  }

  /**
   * Issues a challenge, even for an unknown provider id. Otherwise a caller could find out which ids exist.
   */
  async challenge(providerId: string): Promise<{ challenge: string; expiresAt: number }> {
    const expiresAt = this.#now() + CHALLENGE_MS;
    // The signed text names its purpose, so that the signature cannot be reused for another purpose.
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

  /**
   * Returns the id of the provider that the token was issued for. Throws UNAUTHENTICATED if the token is
   * invalid.
   */
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
