/** Calls over a channel: one end opens it, the other accepts it. */
import { randomBytes } from 'node:crypto';
import {
  type AcceptedChannel,
  type Clock,
  type Leg,
  Messages,
  Opener,
  type OpenRequest,
  UniCoreError,
} from '@unicore/protocol';
import { controlRpc } from '@unicore/protocol/control';

/** Opens a control channel. Returns the methods of the other end. `local` are the methods of this end. */
export function openRpc<Remote extends object, Local extends object>(
  leg: Leg,
  clock: Clock,
  local: Local,
): Remote {
  const messages = new Messages((value) => rpc.receive(value));
  const rpc = controlRpc<Remote, Local>({
    local,
    post: (value) => messages.send(value),
    onError: (error) => rpc.close(asError(error)),
  });
  const channel = new Opener({
    clock,
    kind: 'control',
    meta: () => ({}),
    random: randomBytes,
    leg: () => leg,
    resume: false,
    handler: {
      data: messages.data,
      pull: messages.pull,
      closed: (code, message) => rpc.close(new UniCoreError(code, message)),
    },
  });
  messages.bind(channel);
  channel.attach();
  return rpc.remote;
}

export interface AcceptRpcOptions<Local> {
  local: Local;
  /** Called when a call failed, or when the peer sent an invalid message. */
  onError(error: unknown, what: string): void;
  /** Called when the channel is closed. */
  closed?: () => void;
  /** The channel ends if more bytes than this wait to be sent. Default: no limit. */
  mostWaiting?: number;
}

export interface AcceptedRpc<Remote> {
  /** The methods of the other end. */
  readonly remote: Remote;
  readonly channel: AcceptedChannel;
}

/** Accepts a channel for calls. */
export function acceptRpc<Remote extends object, Local extends object>(
  request: OpenRequest,
  { local, onError, closed, mostWaiting = Number.POSITIVE_INFINITY }: AcceptRpcOptions<Local>,
): AcceptedRpc<Remote> {
  const messages = new Messages((value) => rpc.receive(value));
  const rpc = controlRpc<Remote, Local>({
    local,
    post: (value) => {
      if (channel.isClosed) return;
      messages.send(value);
      if (messages.waiting <= mostWaiting) return;
      channel.reset('RATE_LIMITED', 'Too many answers wait. Read them before you ask for more.');
    },
    onError,
  });
  const channel = request.accept(
    {
      data: messages.data,
      pull: messages.pull,
      closed(code, message) {
        rpc.close(new UniCoreError(code, message));
        closed?.();
      },
    },
    {},
  );
  messages.bind(channel);
  return { remote: rpc.remote, channel };
}

function asError(error: unknown): UniCoreError {
  return error instanceof UniCoreError
    ? error
    : new UniCoreError('INTERNAL', String(error), { cause: error });
}
