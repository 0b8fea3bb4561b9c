/**
 * An agent for tests: the protocol's real leg and acceptor on a real socket, with a function in place of each terminal.
 */
import {
  Acceptor,
  type Channel,
  type ChannelHandler,
  type Clock,
  type Deflater,
  type ErrorCode,
  type LegHandler,
  type OpenRequest,
  Outbox,
  systemClock,
} from '@unicore/protocol';
import type { AgentHello } from '@unicore/protocol/control';
import { expectedBytes } from '@unicore/protocol/sim';
import { HELLO } from '../../testing/hello.ts';
import { type Dialled, dialLeg } from './dial-leg.ts';

/**
 * Defines how a test terminal reacts on its channel. `channel` may be called only after the handler was
 * returned and attached.
 */
export type Program = (channel: () => Channel, request: OpenRequest) => ChannelHandler;

/** A terminal that sends its input back, and ends when the consumer ends. */
export const echo: Program = (channel) => {
  const back = new Outbox();
  return {
    data(bytes) {
      back.push(bytes.slice());
      channel().consumed(bytes.length);
      channel().wake();
    },
    pull: (max) => back.pull(max),
    ended: () => channel().end(),
    closed() {},
  };
};

/** A terminal that sends this many bytes of the test pattern and then ends. It discards its input. */
export function flood(bytes: number, code: ErrorCode = 'OK'): Program {
  return (channel) => {
    let at = 0;
    let ended = false;
    return {
      data: (input) => channel().consumed(input.length),
      pull(max) {
        const take = Math.min(max, bytes - at);
        if (take === 0) {
          if (!ended) channel().end(code, 'that was all');
          ended = true;
          return undefined;
        }
        const piece = pattern(at, take);
        at += take;
        return piece;
      },
      closed() {},
    };
  };
}

/** Bytes from offset `at` of a test pattern that reveals lost, repeated or moved bytes. */
export function pattern(at: number, length: number): Uint8Array {
  return expectedBytes(0, at, length);
}

export const BEAT = HELLO.beat;

export interface TestAgent extends Dialled {
  /** All OPENs that reached this agent. */
  requests: OpenRequest[];
}

interface TestAgentOptions {
  program?: Program;
  connSeq?: number;
  token?: string;
  clock?: Clock;
  /** An acceptor that the test keeps when the agent replaces its socket. */
  acceptor?: Acceptor;
  handler?: Partial<LegHandler>;
}

export function newAcceptor(program: Program, requests: OpenRequest[] = [], deflater?: Deflater): Acceptor {
  return new Acceptor({
    clock: systemClock,
    ...(deflater && { deflater }),
    accept(request) {
      requests.push(request);
      const channel: Channel = request.accept(
        program(() => channel, request),
        { terminalId: 'main', viewer: 'w1' },
      );
    },
  });
}

export async function startTestAgent(
  hubUrl: string,
  providerId: string,
  { program = echo, connSeq = 1, token = `agent-${providerId}`, acceptor, ...options }: TestAgentOptions = {},
): Promise<TestAgent> {
  const requests: OpenRequest[] = [];
  const accepting = acceptor ?? newAcceptor(program, requests);
  const hello: AgentHello = {
    ...HELLO,
    token,
    connSeq,
    name: providerId,
    runtime: 'process',
    isolation: 'process',
  };
  const dialled = await dialLeg(`${hubUrl}/provider`, {
    hello,
    ...(options.clock && { clock: options.clock }),
    open: (leg, open) => accepting.open(leg, open),
    ...(options.handler && { handler: options.handler }),
  });
  return { ...dialled, requests };
}
