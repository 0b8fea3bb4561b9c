/**
 * The hub's end of the control channels. Each connected provider has one control channel. On this channel the
 * hub sends orders (the desired state of the provider's VMs), and the agent sends reports. A control channel
 * ends with its socket and never resumes, because the hub sends all orders again on each new channel.
 */
import { randomBytes } from 'node:crypto';
import { type Clock, type Leg, Messages, Opener, UniCoreError } from '@unicore/protocol';
import {
  type AgentMethods,
  controlRpc,
  DesktopObserved,
  type DesktopOrder,
  type HubMethods,
  TerminalPath,
  VmObserved,
  type VmOrder,
} from '@unicore/protocol/control';
import { zlibDeflater } from '@unicore/protocol/zlib';
import type { Logger } from 'pino';
import { z } from 'zod';
import { rpcTracing } from '../tracing/index.ts';
import { OrderSender } from './order-sender.ts';

/**
 * Timeout for a provider's answer to a PING, ms. If the provider answers later, the round trip is not
 * measured.
 */
const PING_MS = 3_000;
/** Maximum number of VMs or desktops in one report. No machine runs that many. */
const MAX_REPORTED = 10_000;

const Observed = z.object({ whole: z.boolean(), vms: z.array(VmObserved).max(MAX_REPORTED) });
const ObservedDesktops = z.object({
  whole: z.boolean(),
  desktops: z.array(DesktopObserved).max(MAX_REPORTED),
});

/** An agent's report about the state of its VMs. */
type Report = Parameters<HubMethods['observed']>[0];
/** An agent's report about the state of its desktops. */
type DesktopReport = Parameters<HubMethods['observedDesktops']>[0];

export interface ControlDeps {
  clock: Clock;
  log: Logger;
  /** Applies the report of an agent. Returns the ids of VMs that this provider has but should not have. */
  report(providerId: string, report: Report): Promise<string[]>;
  orders(providerId: string, strays: Iterable<string>): Promise<VmOrder[]>;
  /** The same for desktops. Strays are the ids of sessions. */
  desktops: {
    report(providerId: string, report: DesktopReport): Promise<string[]>;
    orders(providerId: string, strays: Iterable<string>): Promise<DesktopOrder[]>;
  };
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
    if (control && !(order && control.vms.has(order))) control.vms.changed();
  }

  /** The same for the orders of desktops. */
  desktopOrdersChanged(providerId: string): void {
    this.#controls.get(providerId)?.desktops.changed();
  }

  /**
   * Called when events about changed orders may have been missed. Compares the orders of all providers with
   * those that the agents accepted last.
   */
  checkOrders(): void {
    for (const { vms, desktops } of this.#controls.values()) {
      vms.changed();
      desktops.changed();
    }
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
  readonly vms: OrderSender<VmOrder>;
  readonly desktops: OrderSender<DesktopOrder>;
  readonly #providerId: string;
  readonly #deps: ControlDeps;
  readonly #settled: () => Promise<void>;
  readonly #close: () => void;
  /** True if a control channel on a newer socket has replaced this control channel. */
  #retired = false;
  #closed = false;

  constructor(leg: Leg, providerId: string, deps: ControlDeps, closed: () => void) {
    this.#providerId = providerId;
    this.#deps = deps;
    const { clock } = deps;
    const log = deps.log.child({ provider: providerId });
    const messages = new Messages((value) => rpc.receive(value));
    const local: HubMethods = {
      observed: (report) => this.#observed(report),
      observedDesktops: (report) => this.#observedDesktops(report),
    };
    const rpc = controlRpc<AgentMethods, HubMethods>({
      local,
      post: (value) => messages.send(value),
      tracing: rpcTracing,
      onError: (error, what) => log.warn({ err: error, what }, 'control call failed'),
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
      applyDesktops: (orders) => remote.applyDesktops(orders),
      desktopControl: (wish) => remote.desktopControl(wish),
      desktopScreenshot: (wish) => remote.desktopScreenshot(wish),
    };
    this.vms = new OrderSender({
      clock,
      log,
      read: (strays) => deps.orders(providerId, strays),
      send: (orders) => remote.apply(orders),
    });
    this.desktops = new OrderSender({
      clock,
      log,
      read: (strays) => deps.desktops.orders(providerId, strays),
      send: (orders) => remote.applyDesktops(orders),
    });
    this.#settled = rpc.settled;
    const channel = new Opener({
      clock,
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
          this.#stopOrders();
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
    this.vms.changed();
    this.desktops.changed();
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
    this.#stopOrders();
    void this.#settled().then(() => this.close());
  }

  #stopOrders(): void {
    this.vms.stop();
    this.desktops.stop();
  }

  async #observed(raw: unknown): Promise<void> {
    const report = Observed.parse(raw);
    const gone = report.vms.filter(({ phase }) => phase === 'deleted').map(({ vmId }) => vmId);
    this.vms.reported(gone, await this.#deps.report(this.#providerId, report));
  }

  async #observedDesktops(raw: unknown): Promise<void> {
    const report = ObservedDesktops.parse(raw);
    const over = report.desktops.filter(({ phase }) => phase === 'ended' || phase === 'failed');
    const gone = over.map(({ sessionId }) => sessionId);
    this.desktops.reported(gone, await this.#deps.desktops.report(this.#providerId, report));
  }
}
