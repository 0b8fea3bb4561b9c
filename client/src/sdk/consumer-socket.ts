/**
 * One WebSocket connection to the hub. It connects, sends a HELLO frame once it is open, and reports its end
 * exactly once.
 */
import {
  type Clock,
  closeError,
  type ErrorCode,
  Leg,
  type LegHandler,
  type Transport,
} from '@unicore/protocol';

const SUBPROTOCOL = 'unicore.v1';
/**
 * Timeout of a connection attempt, ms. Without it, browsers would wait for minutes on a network that drops
 * packets.
 */
const DIAL_MS = 10_000;
/**
 * Longest close reason, in bytes. A close frame carries 125 bytes, and the code takes two of them. Browsers
 * throw an error if the reason is longer.
 */
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
  /**
   * The protocol's state of the open WebSocket; undefined until the WebSocket is open. Channels can use it
   * once the hub has sent WELCOME.
   */
  readonly leg: Leg | undefined;
  close(code: ErrorCode, message: string): void;
}

/** Returns the WebSocket URL of a hub for consumers. hub: http(s)://host */
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

/** Shortens a close reason to MAX_REASON bytes without splitting a character. */
function clip(reason: string): string {
  const bytes = new Uint8Array(MAX_REASON);
  const { read } = new TextEncoder().encodeInto(reason, bytes);
  return reason.slice(0, read);
}
