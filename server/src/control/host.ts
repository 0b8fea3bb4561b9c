/**
 * The hub's end of the control channels. Each connected provider has one control channel. On this channel the
 * hub sends orders (the desired state of the provider's VMs), and the agent sends reports. A control channel
 * ends with its socket and never resumes, because the hub sends all orders again on each new channel.
 */
import { randomBytes } from 'node:crypto';
import { Backoff, type Clock, type Leg, Messages, Opener, UniCoreError } from '@unicore/protocol';
import {
  type AgentMethods,
  controlRpc,
  type HubMethods,
  TerminalPath,
  VmObserved,
  type VmOrder,
} from '@unicore/protocol/control';
import { zlibDeflater } from '@unicore/protocol/zlib';
import type { Logger } from 'pino';
import { z } from 'zod';
import { rpcTracing } from '../tracing/index.ts';

/** First and longest delay between attempts to send orders to an agent while its socket is open, ms. */
const RETRY_FIRST_MS = 500;
const RETRY_MOST_MS = 15_000;
/**
 * Timeout for a provider's answer to a PING, ms. If the provider answers later, the round trip is not
 * measured.
 */
const PING_MS = 3_000;
/** Maximum number of VMs in one report. No machine runs so many VMs. */
const MAX_REPORTED = 10_000;

const Observed = z.object({ whole: z.boolean(), vms: z.array(VmObserved).max(MAX_REPORTED) });

/** An agent's report about the state of its VMs. */
type Report = Parameters<HubMethods['observed']>[0];

export interface ControlDeps {
  clock: Clock;
  log: Logger;
  /** Applies the report of an agent. Returns the ids of VMs that this provider has but should not have. */
  report(providerId: string, report: Report): Promise<string[]>;
  orders(providerId: string, strays: Iterable<string>): Promise<VmOrder[]>;
}

export class ControlHost {
  readonly #deps: ControlDeps;
  readonly #controls = new Map<string, Control>();

  constructor(deps: ControlDeps) {
    this.#deps = deps;
  }

  /**
   * Opens the control channel on a new socket of the provider. Pending calls on an older socket still get
   * their answers.
   */
  open(leg: Leg, providerId: string): void {
    this.#controls.get(providerId)?.retire();
    const control: Control = new Control(leg, providerId, this.#deps, () => {
      if (this.#controls.get(providerId) === control) this.#controls.delete(providerId);
    });
    this.#controls.set(providerId, control);
  }

  /**
   * Called when the provider has connected to another hub. Pending calls of this hub still get their answers.
   */
  retire(providerId: string): void {
    this.#controls.get(providerId)?.retire();
    this.#controls.delete(providerId);
  }

  /**
   * Called when the orders (desired VM states) of this provider may have changed. order: the only order that
   * may have changed, if the caller knows it.
   */
  ordersChanged(providerId: string, order?: VmOrder): void {
    const control = this.#controls.get(providerId);
    if (control && !(order && control.has(order))) control.ordersChanged();
  }

  /**
   * Called when events about changed orders may have been missed. Compares the orders of all providers with
   * those that the agents accepted last.
   */
  checkOrders(): void {
    for (const control of this.#controls.values()) control.ordersChanged();
  }

  /**
   * Returns the agent of a provider that is connected to this hub. Throws PROVIDER_UNREACHABLE if the
   * provider is not connected.
   */
  agent(providerId: string): AgentMethods {
    const control = this.#controls.get(providerId);
    if (control) return control.agent;
    throw new UniCoreError(
      'PROVIDER_UNREACHABLE',
      'The provider is not connected now. Try again when it is back.',
    );
  }

  close(): void {
    for (const control of this.#controls.values()) control.close();
  }
}

/** One provider's control channel. */
class Control {
  readonly agent: AgentMethods;
  readonly #providerId: string;
  readonly #deps: ControlDeps;
  readonly #log: Logger;
  readonly #backoff = new Backoff({ first: RETRY_FIRST_MS, most: RETRY_MOST_MS, random: Math.random });
  /** VMs that the agent reported but should not have. The hub orders the agent to remove these VMs. */
  readonly #strays = new Set<string>();
  readonly #settled: () => Promise<void>;
  readonly #close: () => void;
  /** True if a control channel on a newer socket has replaced this control channel. */
  #retired = false;
  #closed = false;
  #due = false;
  #sending = false;
  /** The orders (desired VM states) that the agent accepted last, as JSON. */
  #taken: string | undefined;
  #cancelRetry: () => void = () => {};

  constructor(leg: Leg, providerId: string, deps: ControlDeps, closed: () => void) {
    this.#providerId = providerId;
    this.#deps = deps;
    this.#log = deps.log.child({ provider: providerId });
    const messages = new Messages((value) => rpc.receive(value));
    const local: HubMethods = { observed: (report) => this.#observed(report) };
    const rpc = controlRpc<AgentMethods, HubMethods>({
      local,
      post: (value) => messages.send(value),
      tracing: rpcTracing,
      onError: (error, what) => this.#log.warn({ err: error, what }, 'control call failed'),
    });
    const { remote } = rpc;
    this.agent = {
      apply: (orders) => remote.apply(orders),
      terminals: (vm) => remote.terminals(vm),
      openTerminal: (open) => remote.openTerminal(open),
      resizeTerminal: (resize) => remote.resizeTerminal(resize),
      closeTerminal: (which) => remote.closeTerminal(which),
      async terminalPath(which) {
        const [path, providerMs] = await Promise.all([remote.terminalPath(which), leg.pingWithin(PING_MS)]);
        return { ...TerminalPath.parse(path), providerMs };
      },
    };
    this.#settled = rpc.settled;
    const channel = new Opener({
      clock: deps.clock,
      kind: 'control',
      meta: () => ({}),
      random: (bytes) => randomBytes(bytes),
      leg: () => leg,
      resume: false,
      deflater: zlibDeflater,
      handler: {
        data: messages.data,
        pull: messages.pull,
        closed: (code, message) => {
          this.#closed = true;
          this.#cancelRetry();
          rpc.close(
            new UniCoreError('PROVIDER_UNREACHABLE', 'The provider went away before it answered. Try again.'),
          );
          closed();
          // The hub also closes the provider's socket, because a provider cannot be used without its control
          // channel. When the provider connects again, it gets a new control channel.
          if (leg.open && !this.#retired)
            leg.close(code === 'OK' ? 'LEG_LOST' : code, `The control channel ended: ${message}`);
        },
      },
    });
    this.#close = () => channel.reset('GOING_AWAY', 'The hub closed the control channel.');
    messages.bind(channel);
    channel.attach();
    this.ordersChanged();
  }

  close(): void {
    if (!this.#closed) this.#close();
  }

  /**
   * Called when the provider has a newer control channel, which carries all further orders. Closes this
   * channel when all its pending calls have been answered.
   */
  retire(): void {
    this.#retired = true;
    this.#cancelRetry();
    void this.#settled().then(() => this.close());
  }

  /**
   * Returns whether the agent has accepted this order (the desired state of a VM). Returns false while other
   * orders are being sent.
   */
  has(order: VmOrder): boolean {
    if (this.#due || this.#sending || this.#taken === undefined) return false;
    return this.#taken.includes(JSON.stringify(order));
  }

  /**
   * Sends all orders (desired VM states) to the agent. If orders are being sent already, sends the new ones
   * afterwards. Retries until the agent has accepted the orders.
   */
  ordersChanged(): void {
    this.#due = true;
    if (!this.#sending) void this.#send();
  }

  async #send(): Promise<void> {
    this.#sending = true;
    this.#cancelRetry();
    while (this.#due && !this.#closed && !this.#retired) {
      this.#due = false;
      try {
        const orders = await this.#deps.orders(this.#providerId, this.#strays);
        const text = JSON.stringify(orders);
        // The agent's own reports cause most changes of a VM, and such changes leave the orders to the agent
        // as they are. Orders that are the same as before are not sent again.
        if (text === this.#taken) continue;
        await this.agent.apply(orders);
        this.#taken = text;
        this.#backoff.reset();
      } catch (error) {
        if (this.#closed || this.#retired) break;
        this.#log.warn({ err: error }, 'orders were not accepted; trying again');
        this.#cancelRetry = this.#deps.clock.after(this.#backoff.next(), () => this.ordersChanged());
        break;
      }
    }
    this.#sending = false;
  }

  async #observed(raw: unknown): Promise<void> {
    const report = Observed.parse(raw);
    for (const { vmId, phase } of report.vms) if (phase === 'deleted') this.#strays.delete(vmId);
    const strays = await this.#deps.report(this.#providerId, report);
    for (const vmId of strays) this.#strays.add(vmId);
    if (strays.length > 0) this.ordersChanged();
  }
}
