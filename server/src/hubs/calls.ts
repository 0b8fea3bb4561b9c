/**
 * Calls an agent that is connected to another hub, for example to open a terminal. The calls use the RPC
 * protocol of control channels, on a channel between the two hubs. The channel lives as long as the
 * connection (leg) between the hubs. Every call is safe to repeat.
 */
import { randomBytes } from 'node:crypto';
import {
  Acceptor,
  type Clock,
  type FrameOf,
  type FrameType,
  type Leg,
  Messages,
  Opener,
  UniCoreError,
} from '@unicore/protocol';
import {
  AskScreenshot,
  type ControlRpc,
  controlRpc,
  Id,
  OpenTerminal,
  type PassedMethods,
  ResizeTerminal,
  TakeControl,
} from '@unicore/protocol/control';
import { zlibDeflater } from '@unicore/protocol/zlib';
import type { Logger } from 'pino';
import { z } from 'zod';
import { rpcTracing } from '../tracing/index.ts';

const Call = z.discriminatedUnion('method', [
  z.object({ method: z.literal('terminals'), what: z.object({ vmId: Id }) }),
  z.object({ method: z.literal('openTerminal'), what: OpenTerminal }),
  z.object({ method: z.literal('resizeTerminal'), what: ResizeTerminal }),
  z.object({ method: z.literal('closeTerminal'), what: z.object({ vmId: Id, terminalId: Id }) }),
  z.object({ method: z.literal('terminalPath'), what: z.object({ vmId: Id, terminalId: Id }) }),
  z.object({ method: z.literal('desktopControl'), what: TakeControl }),
  z.object({ method: z.literal('desktopScreenshot'), what: AskScreenshot }),
]);
type Call = z.input<typeof Call>;

/** RPC methods that a hub offers to other hubs. */
interface HubAnswers {
  /**
   * Calls the agent of a provider that is connected to the called hub. Throws PROVIDER_UNREACHABLE if the
   * provider is not connected to that hub.
   */
  agent(providerId: string, call: Call): Promise<unknown>;
}

export interface HubCallsOptions {
  clock: Clock;
  log: Logger;
  /**
   * Returns the agent of a provider that is connected to this hub. Throws PROVIDER_UNREACHABLE if the
   * provider is not connected.
   */
  agent(providerId: string): PassedMethods;
}

export class HubCalls {
  readonly #options: HubCallsOptions;
  /** RPC clients: one for each connection (leg) that this hub dialled to another hub. */
  readonly #asking = new Map<Leg, ControlRpc<HubAnswers>>();
  /** RPC servers: one for each connection (leg) that another hub dialled to this hub. */
  readonly #answering = new WeakMap<Leg, Acceptor>();

  constructor(options: HubCallsOptions) {
    this.#options = options;
  }

  /**
   * Returns the agent of a provider that is connected to the hub at the other end of this connection (leg).
   */
  agent(leg: Leg, providerId: string): PassedMethods {
    const hub = (this.#asking.get(leg) ?? this.#ask(leg)).remote;
    // The other hub does not check the agent's answers, so the caller must parse them.
    const ask = <T>(call: Call) => hub.agent(providerId, call) as Promise<T>;
    return {
      terminals: (what) => ask({ method: 'terminals', what }),
      openTerminal: (what) => ask({ method: 'openTerminal', what }),
      resizeTerminal: (what) => ask({ method: 'resizeTerminal', what }),
      closeTerminal: (what) => ask({ method: 'closeTerminal', what }),
      terminalPath: (what) => ask({ method: 'terminalPath', what }),
      desktopControl: (what) => ask({ method: 'desktopControl', what }),
      desktopScreenshot: (what) => ask({ method: 'desktopScreenshot', what }),
    };
  }

  /** Handles an OPEN frame for a control channel on a connection (leg) that another hub dialled. */
  opened(leg: Leg, open: FrameOf<typeof FrameType.OPEN>): void {
    const acceptor = this.#answering.get(leg) ?? this.#answer();
    this.#answering.set(leg, acceptor);
    acceptor.open(leg, open);
  }

  #ask(leg: Leg): ControlRpc<HubAnswers> {
    const messages = new Messages((value) => rpc.receive(value));
    const rpc = controlRpc<HubAnswers, Record<never, never>>({
      local: {},
      post: (value) => messages.send(value),
      tracing: rpcTracing,
      onError: (error, what) => this.#options.log.warn({ err: error, what }, 'a call to another hub failed'),
    });
    const opener = new Opener({
      clock: this.#options.clock,
      kind: 'control',
      meta: () => ({}),
      random: randomBytes,
      leg: () => leg,
      resume: false,
      deflater: zlibDeflater,
      handler: {
        data: messages.data,
        pull: messages.pull,
        closed: () => {
          this.#asking.delete(leg);
          rpc.close(
            new UniCoreError(
              'LEG_LOST',
              'The connection to the other hub was lost before it answered. Try again.',
            ),
          );
        },
      },
    });
    messages.bind(opener);
    this.#asking.set(leg, rpc);
    opener.attach();
    return rpc;
  }

  #answer(): Acceptor {
    const { clock, log, agent } = this.#options;
    const local: HubAnswers = {
      async agent(providerId, raw) {
        const call = Call.parse(raw);
        const methods = agent(Id.parse(providerId));
        switch (call.method) {
          case 'terminals':
            return methods.terminals(call.what);
          case 'openTerminal':
            return methods.openTerminal(call.what);
          case 'resizeTerminal':
            return methods.resizeTerminal(call.what);
          case 'closeTerminal':
            return methods.closeTerminal(call.what);
          case 'terminalPath':
            return methods.terminalPath(call.what);
          case 'desktopControl':
            return methods.desktopControl(call.what);
          case 'desktopScreenshot':
            return methods.desktopScreenshot(call.what);
        }
      },
    };
    return new Acceptor({
      clock,
      deflater: zlibDeflater,
      accept(request) {
        const messages = new Messages((value) => rpc.receive(value));
        const rpc = controlRpc<Record<never, never>, HubAnswers>({
          local,
          post: (value) => messages.send(value),
          tracing: rpcTracing,
          onError: (error, what) => log.debug({ err: error, what }, 'a call from another hub was refused'),
        });
        const closed = () =>
          rpc.close(new UniCoreError('LEG_LOST', 'The connection to the other hub was lost.'));
        messages.bind(request.accept({ data: messages.data, pull: messages.pull, closed }, {}));
      },
    });
  }
}
