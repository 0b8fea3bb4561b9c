/** An agent for tests: it joins with its own key, dials the hub, and answers each order by reporting it as done. */
import { generateKeyPairSync, sign } from 'node:crypto';
import { Acceptor, type Leg, systemClock, UniCoreError } from '@unicore/protocol';
import type {
  AgentMethods,
  DesktopMethods,
  DesktopOrder,
  HubMethods,
  OpenTerminal,
  ResizeTerminal,
  TerminalInfo,
  TerminalPath,
  VmObserved,
  VmOrder,
} from '@unicore/protocol/control';
import { type Dialled, dialLeg } from '../sockets/testing/dial-leg.ts';
import { rpcTracing } from '../tracing/span.ts';
import type { TestApp } from './app.ts';
import { answerControl, desktopAsOrdered, NO_DESKTOPS } from './control.ts';
import { HELLO } from './hello.ts';

export class TestAgent implements Omit<AgentMethods, keyof DesktopMethods> {
  readonly providerId: string;
  readonly orders = new Map<string, VmOrder>();
  readonly resized: ResizeTerminal[] = [];
  readonly #url: string;
  readonly #token: () => Promise<string>;
  readonly #terminals = new Map<string, TerminalInfo>();
  #connSeq = 0;
  #dialled: Dialled | undefined;
  #hub: HubMethods | undefined;
  #applied: () => void = () => {};
  /** The error that apply() throws instead of accepting orders. */
  refusal: UniCoreError | undefined;
  applies = 0;

  constructor(url: string, providerId: string, token: () => Promise<string>) {
    this.#url = url;
    this.providerId = providerId;
    this.#token = token;
  }

  /** The same provider, which connects to another hub. */
  at(url: string): TestAgent {
    const moved = new TestAgent(url, this.providerId, this.#token);
    moved.#connSeq = this.#connSeq;
    return moved;
  }

  /** Dials the hub; resolves when the agent has its orders. */
  async connect(): Promise<void> {
    const acceptor = new Acceptor({
      clock: systemClock,
      accept: (request) => {
        this.#hub = answerControl(request, this.#methods(), rpcTracing).hub;
      },
    });
    const applied = new Promise<void>((resolve) => {
      this.#applied = resolve;
    });
    const hello = { ...HELLO, token: await this.#token(), connSeq: ++this.#connSeq };
    const dialling = dialLeg(`${this.#url.replace(/^http/, 'ws')}/provider`, {
      hello,
      // The hub may open its control channel right after WELCOME, before dialLeg() resolves.
      handler: { open: (open) => void dialling.then(({ leg }) => acceptor.open(leg, open)) },
    });
    this.#dialled = await dialling;
    await applied;
  }

  get leg(): Leg {
    return this.#dialled!.leg;
  }

  get hub(): HubMethods {
    return this.#hub!;
  }

  async disconnect(): Promise<void> {
    this.#dialled?.ws.close();
    await this.#dialled?.closed;
  }

  say(vmId: string, phase: VmObserved['phase'], reason: string | null = null): Promise<void> {
    const gen = this.orders.get(vmId)?.gen ?? 1;
    return this.hub.observed({ whole: false, vms: [{ vmId, gen, phase, code: null, reason }] });
  }

  // ---- AgentMethods

  async apply(orders: VmOrder[]): Promise<void> {
    this.applies += 1;
    this.#applied();
    if (this.refusal) throw this.refusal;
    for (const order of orders) {
      if (this.orders.get(order.vmId)?.desired === order.desired) continue;
      this.orders.set(order.vmId, order);
      // Not awaited, so that the report comes after the answer to the order.
      this.say(order.vmId, order.desired).catch(() => {});
    }
  }

  async terminals({ vmId }: { vmId: string }): Promise<TerminalInfo[]> {
    return [...this.#terminals].flatMap(([key, terminal]) => (key.startsWith(`${vmId}/`) ? [terminal] : []));
  }

  async openTerminal({ vmId, terminalId, cols, rows }: OpenTerminal): Promise<TerminalInfo> {
    const key = `${vmId}/${terminalId}`;
    const terminal = this.#terminals.get(key) ?? {
      terminalId,
      title: 'bash',
      cols,
      rows,
      viewers: 0,
      createdAt: 1,
    };
    this.#terminals.set(key, terminal);
    return terminal;
  }

  async resizeTerminal(resize: ResizeTerminal): Promise<void> {
    this.resized.push(resize);
  }

  async closeTerminal({ vmId, terminalId }: { vmId: string; terminalId: string }): Promise<void> {
    if (!this.#terminals.delete(`${vmId}/${terminalId}`)) {
      throw new UniCoreError('NOT_FOUND', `There is no terminal ${terminalId}.`);
    }
  }

  async terminalPath(): Promise<TerminalPath> {
    return { providerMs: null, keeperMs: 0.5, echoMs: 2 };
  }

  async applyDesktops(orders: DesktopOrder[]): Promise<void> {
    if (orders.length === 0) return;
    // Not awaited, so that the report comes after the answer to the order.
    this.hub.observedDesktops({ whole: false, desktops: orders.map(desktopAsOrdered) }).catch(() => {});
  }

  /** The methods as own properties, as the RPC needs them. */
  #methods(): AgentMethods {
    return {
      apply: (orders) => this.apply(orders),
      terminals: (vm) => this.terminals(vm),
      openTerminal: (open) => this.openTerminal(open),
      resizeTerminal: (resize) => this.resizeTerminal(resize),
      closeTerminal: (which) => this.closeTerminal(which),
      terminalPath: () => this.terminalPath(),
      applyDesktops: (orders) => this.applyDesktops(orders),
      desktopControl: NO_DESKTOPS.desktopControl,
      desktopScreenshot: NO_DESKTOPS.desktopScreenshot,
    };
  }
}

/** Joins a new provider with a token of the hub's owner. Call connect() on the result. */
export async function joinTestAgent({ owner, api, url }: TestApp, name = 'desk'): Promise<TestAgent> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const { x } = publicKey.export({ format: 'jwk' });
  const { token } = await owner.api.provider.joinToken.mutate();
  const { providerId } = await api.agent.join.mutate({
    token,
    publicKey: { kty: 'OKP', crv: 'Ed25519', x: x! },
    name,
  });
  return new TestAgent(url, providerId, async () => {
    const { challenge } = await api.agent.challenge.mutate({ providerId });
    const signature = sign(null, Buffer.from(challenge), privateKey).toString('base64url');
    return (await api.agent.token.mutate({ providerId, challenge, signature })).token;
  });
}
