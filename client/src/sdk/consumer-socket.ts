/** One WebSocket to the hub as a leg: dials, sends HELLO when it is open, and says once that it is over. */
import {
  type Clock,
  closeError,
  type ErrorCode,
  Leg,
  type LegHandler,
  type Transport,
} from '@unicore/protocol';

const SUBPROTOCOL = 'unicore.v1';
/** A network that swallows packets: browsers themselves would wait for minutes. */
const DIAL_MS = 10_000;
/** A close frame's payload is at most 125 bytes, two of them the code; browsers throw beyond. */
const MAX_REASON = 123;

export interface DialOptions {
  /** ws(s)://…/consumer */
  url: string;
  WebSocket: typeof globalThis.WebSocket;
  clock: Clock;
  /** HELLO's metadata. */
  hello: unknown;
  handler: LegHandler;
}

export interface Dialled {
  /** There once the WebSocket is open; up once the hub has said WELCOME. */
  readonly leg: Leg | undefined;
  close(code: ErrorCode, message: string): void;
}

/** hub: http(s)://host */
export function consumerUrl(hub: string): string {
  return new URL('/consumer', hub.replace(/^http/, 'ws')).href;
}

export function dial({ url, WebSocket, clock, hello, handler }: DialOptions): Dialled {
  const ws = new WebSocket(url, [SUBPROTOCOL]);
  ws.binaryType = 'arraybuffer';
  let leg: Leg | undefined;
  let over = false;
  const fail = (code: ErrorCode, message: string) => {
    if (over) return;
    over = true;
    cancelDial();
    handler.closed(code, message);
  };
  const cancelDial = clock.after(DIAL_MS, () => {
    fail('TIMEOUT', 'the hub did not answer within 10 s');
    ws.close();
  });
  ws.onopen = () => {
    if (over) return ws.close();
    cancelDial();
    leg = new Leg({ transport: transportOf(ws), clock, peer: 'hub', dial: { meta: hello }, handler });
  };
  ws.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (data instanceof ArrayBuffer) leg?.receive(new Uint8Array(data));
    else leg?.close('PROTOCOL_ERROR', 'this socket takes binary messages only');
  };
  ws.onclose = ({ code, reason }) => {
    if (leg) leg.socketClosed(code, reason);
    else fail(closeError(code) ?? 'LEG_LOST', reason || 'the hub does not answer');
  };
  return {
    get leg() {
      return leg;
    },
    close(code, message) {
      if (leg) return leg.close(code, message);
      fail(code, message);
      ws.close();
    },
  };
}

function transportOf(ws: WebSocket): Transport {
  return {
    send: (message) => ws.send(message as Uint8Array<ArrayBuffer>),
    close: (code, reason) => ws.close(code, clip(reason)),
    get buffered() {
      return ws.bufferedAmount;
    },
  };
}

/** The longest beginning that fits, not ending inside a character. */
function clip(reason: string): string {
  const bytes = new Uint8Array(MAX_REASON);
  const { read } = new TextEncoder().encodeInto(reason, bytes);
  return reason.slice(0, read);
}
