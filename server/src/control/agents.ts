/** Calls the agents of providers, whether a provider is connected to this hub or to another hub. */
import { type ErrorCode, type Leg, UniCoreError } from '@unicore/protocol';
import type { PassedMethods } from '@unicore/protocol/control';

/** How long a call waits for a provider that is reconnecting to this or another hub, ms. */
const RETURN_MS = 3_000;
/**
 * If a call to an agent fails with one of these errors, the call is repeated once, because the connection
 * ended before the answer arrived. A repetition is harmless: all calls are idempotent.
 */
const AGAIN: ReadonlySet<ErrorCode> = new Set([
  'PROVIDER_UNREACHABLE',
  'LEG_LOST',
  'PEER_SILENT',
  'GAP',
  'GOING_AWAY',
]);

export interface AgentsDeps {
  /** Returns the connection (leg) that leads to a provider. Waits up to waitMs for the connection. */
  reach(providerId: string, waitMs: number): Promise<Leg | undefined>;
  /**
   * Returns the agent of a provider that is connected to this hub. Throws PROVIDER_UNREACHABLE if the
   * provider is not connected.
   */
  here(providerId: string): PassedMethods;
  /** Returns the agent of a provider that is reached through a connection (leg) to another hub. */
  there(leg: Leg, providerId: string): PassedMethods;
}

export class Agents {
  readonly #deps: AgentsDeps;

  constructor(deps: AgentsDeps) {
    this.#deps = deps;
  }

  /**
   * Returns the agent of a provider at any hub. The agent's methods throw PROVIDER_UNREACHABLE if the
   * provider is connected to no hub, and BACKPLANE_DOWN if the backplane cannot be asked.
   */
  of(providerId: string): PassedMethods {
    const call = <T>(what: (agent: PassedMethods) => Promise<T>) => this.#call(providerId, what);
    return {
      terminals: (vm) => call((agent) => agent.terminals(vm)),
      openTerminal: (open) => call((agent) => agent.openTerminal(open)),
      resizeTerminal: (resize) => call((agent) => agent.resizeTerminal(resize)),
      closeTerminal: (which) => call((agent) => agent.closeTerminal(which)),
      terminalPath: (which) => call((agent) => agent.terminalPath(which)),
      desktopControl: (wish) => call((agent) => agent.desktopControl(wish)),
      desktopScreenshot: (wish) => call((agent) => agent.desktopScreenshot(wish)),
    };
  }

  async #call<T>(providerId: string, what: (agent: PassedMethods) => Promise<T>): Promise<T> {
    const agent = await this.#find(providerId);
    try {
      return await what(agent);
    } catch (error) {
      if (!(error instanceof UniCoreError && AGAIN.has(error.code))) throw error;
      return await what(await this.#find(providerId));
    }
  }

  async #find(providerId: string): Promise<PassedMethods> {
    const leg = await this.#deps.reach(providerId, RETURN_MS);
    if (leg) return leg.peer === 'hub' ? this.#deps.there(leg, providerId) : this.#deps.here(providerId);
    throw new UniCoreError(
      'PROVIDER_UNREACHABLE',
      'The provider is not connected now. Try again when it is back.',
    );
  }
}
