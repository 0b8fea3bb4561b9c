/**
 * Gets the token for the tunnel's HELLO frame. To get a token, the agent signs a challenge from the hub. The
 * agent uses a token again until shortly before the token expires.
 */
import { UniCoreError } from '@unicore/protocol';
import type { AgentCalls, AgentToken } from '@unicore/protocol/control';
import type { ProviderKey } from './key.ts';

/**
 * A token that expires within this time, in ms, is replaced, since the token might expire on the way to the
 * hub.
 */
const SPARE_MS = 60_000;

export interface CredentialsOptions {
  providerId: string;
  key: ProviderKey;
  /** Returns a client that calls the HTTP API of the hub at this address. */
  hub(url: string): AgentCalls;
  /** Milliseconds since 1970. */
  now: () => number;
}

export class Credentials {
  readonly #options: CredentialsOptions;
  #token: AgentToken | undefined;

  constructor(options: CredentialsOptions) {
    this.#options = options;
  }

  /**
   * Returns a token, which is valid at every hub of the deployment. If a new token is needed, it is requested
   * from `hub`.
   */
  async token(hub: string): Promise<string> {
    if (!this.#token || this.#token.expiresAt - SPARE_MS <= this.#options.now())
      this.#token = await this.#fetch(hub);
    return this.#token.token;
  }

  /** Called when the hub has refused the token. The next call of token() requests a new token. */
  discard(): void {
    this.#token = undefined;
  }

  async #fetch(url: string): Promise<AgentToken> {
    const { providerId, key } = this.#options;
    const hub = this.#options.hub(url);
    const { challenge } = await hub.challenge({ providerId });
    // Sign only challenges for this provider, so that a malicious hub cannot get signatures of other texts.
    if (!challenge.startsWith(`unicore-provider-challenge:${providerId}:`)) {
      throw new UniCoreError(
        'PROTOCOL_ERROR',
        'The hub asked to sign something that is no challenge for this provider.',
      );
    }
    return hub.token({ providerId, challenge, signature: key.sign(challenge) });
  }
}
