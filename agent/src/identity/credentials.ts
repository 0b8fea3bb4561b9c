/** The token for the tunnel's HELLO frame. The agent signs a challenge for it, and reuses it until shortly before it expires. */
import { UniCoreError } from '@unicore/protocol';
import type { AgentCalls, AgentToken } from '@unicore/protocol/control';
import type { ProviderKey } from './key.ts';

/** A token with less time left might expire on the way to the hub. */
const SPARE_MS = 60_000;

export interface CredentialsOptions {
  providerId: string;
  key: ProviderKey;
  /** The API of one hub of the deployment. */
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

  /** A token is valid at every hub of the deployment. If a new one is needed, it is requested from this hub. */
  async token(hub: string): Promise<string> {
    if (!this.#token || this.#token.expiresAt - SPARE_MS <= this.#options.now())
      this.#token = await this.#fetch(hub);
    return this.#token.token;
  }

  /** The hub refused the token: the next token() requests a new one. */
  discard(): void {
    this.#token = undefined;
  }

  async #fetch(url: string): Promise<AgentToken> {
    const { providerId, key } = this.#options;
    const hub = this.#options.hub(url);
    const { challenge } = await hub.challenge({ providerId });
    // The key signs nothing but challenges for this provider, so that a malicious hub cannot get other signatures.
    if (!challenge.startsWith(`unicore-provider-challenge:${providerId}:`)) {
      throw new UniCoreError(
        'PROTOCOL_ERROR',
        'The hub asked to sign something that is no challenge for this provider.',
      );
    }
    return hub.token({ providerId, challenge, signature: key.sign(challenge) });
  }
}
