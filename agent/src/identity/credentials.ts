/** The token for the tunnel's HELLO: got by signing the hub's challenge, used again until it is nearly over. */
import { UniCoreError } from '@unicore/protocol';
import type { AgentCalls, AgentToken } from '@unicore/protocol/control';
import type { ProviderKey } from './key.ts';

/** A token that ends sooner might end on its way. */
const SPARE_MS = 60_000;

export interface CredentialsOptions {
  providerId: string;
  key: ProviderKey;
  /** Of any hub of the deployment. */
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

  /** Counts at every hub; a new one is asked from this. */
  async token(hub: string): Promise<string> {
    if (!this.#token || this.#token.expiresAt - SPARE_MS <= this.#options.now())
      this.#token = await this.#fetch(hub);
    return this.#token.token;
  }

  /** The hub did not take it: the next token() is a new one. */
  discard(): void {
    this.#token = undefined;
  }

  async #fetch(url: string): Promise<AgentToken> {
    const { providerId, key } = this.#options;
    const hub = this.#options.hub(url);
    const { challenge } = await hub.challenge({ providerId });
    // The key signs nothing but proofs of who this is, whatever a hub may ask for.
    if (!challenge.startsWith(`unicore-provider-challenge:${providerId}:`)) {
      throw new UniCoreError(
        'PROTOCOL_ERROR',
        'The hub asked to sign something that is no challenge for this provider.',
      );
    }
    return hub.token({ providerId, challenge, signature: key.sign(challenge) });
  }
}
