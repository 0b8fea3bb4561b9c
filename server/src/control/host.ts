/**
 * The hub's end of the control channels, one for each connected provider. It keeps each agent's orders up to date and
 * passes its reports on. A channel lives as long as its socket: orders are sent whole each time, so it never resumes.
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

/** Backoff between attempts to send orders while the socket is open, ms. */
const RETRY_FIRST_MS = 500;
const RETRY_MOST_MS = 15_000;
/** A provider that takes longer to answer a PING gets no measurement, ms. */
const PING_MS = 3_000;
/** Most VMs in one report; no machine runs as many. */
const MAX_REPORTED = 10_000;

const Observed = z.object({ whole: z.boolean(), vms: z.array(VmObserved).max(MAX_REPORTED) });

/** An agent's report of its VMs. */
type Report = Parameters<HubMethods['observed']>[0];

export interface ControlDeps {
  clock: Clock;
  log: Logger;
  /** Applies a report; returns the VMs that this provider has but should not have. */
  report(providerId: string, report: Report): Promise<string[]>;
  orders(providerId: string, strays: Iterable<string>): Promise<VmOrder[]>;
}

export class ControlHost {
  readonly #deps: ControlDeps;
  readonly #controls = new Map<string, Control>();

  constructor(deps: ControlDeps) {
    this.#deps = deps;
  }

  /** Opens the control channel on a provider's new socket; pending calls on an older socket still get their answers. */
  open(leg: Leg, providerId: string): void {
    this.#controls.get(providerId)?.retire();
    const control: Control = new Control(leg, providerId, this.#deps, () => {
      if (this.#controls.get(providerId) === control) this.#controls.delete(providerId);
    });
    this.#controls.set(providerId, control);
  }

  /** Called when the provider is connected to another hub. Pending calls here still get their answers. */
  retire(providerId: string): void {
    this.#controls.get(providerId)?.retire();
    this.#controls.delete(providerId);
  }

  /** Called when the orders of this provider may have changed. order: the only one that may have changed, if known. */
  ordersChanged(providerId: string, order?: VmOrder): void {
    const control = this.#controls.get(providerId);
    if (control && !(order && control.has(order))) control.ordersChanged();
  }

  /** Events of changed orders may have been missed: compares the orders of all providers. */
  checkOrders(): void {
    for (const control of this.#controls.values()) control.ordersChanged();
  }

  /** The agent of a provider that is connected. Throws PROVIDER_UNREACHABLE. */
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
  /** VMs that the agent reported but should not have: it is ordered to remove them. */
  readonly #strays = new Set<string>();
  readonly #settled: () => Promise<void>;
  readonly #close: () => void;
  /** True once the control channel of a newer socket has taken the place of this one. */
  #retired = false;
  #closed = false;
  #due = false;
  #sending = false;
  /** The orders that the agent accepted last, as JSON. */
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
          // A provider is useless without its control channel. So its socket is closed: the next socket gets a new
          // channel.
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

  /** Closes this channel once its pending calls are answered; orders go by the newer channel. */
  retire(): void {
    this.#retired = true;
    this.#cancelRetry();
    void this.#settled().then(() => this.close());
  }

  /** Whether the agent has accepted this order, and no other orders are being sent. */
  has(order: VmOrder): boolean {
    if (this.#due || this.#sending || this.#taken === undefined) return false;
    return this.#taken.includes(JSON.stringify(order));
  }

  /** Sends all orders, now or after those that are being sent; retries until the agent accepted them. */
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
        // Most changes of a VM come from the agent's own reports, and change no order.
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
