/** The messages of SOCKS 5 (RFC 1928) that a proxy needs: greeting, CONNECT request and reply. */

const VERSION = 5;
const CONNECT = 1;
const ADDRESS_4 = 1;
const ADDRESS_NAME = 3;
const ADDRESS_6 = 4;

/** The answer to a greeting: the proxy needs no authentication. */
export const NO_AUTHENTICATION = Buffer.from([VERSION, 0]);

/** The proxy's replies to a request, by their numbers in the protocol. */
export const REPLY = { connected: 0, failed: 1, notAllowed: 2, hostUnreachable: 4, unsupported: 7 } as const;

export interface Parsed<T> {
  readonly value: T;
  /** Length of the message in bytes. */
  readonly length: number;
}

export interface Target {
  /** The host to connect to: a name or an address. */
  readonly host: string;
  readonly port: number;
}

/** Thrown for bytes that are not SOCKS 5, and for requests that the proxy does not support. */
export class SocksError extends Error {}

/** Parses a client's greeting. Returns undefined if it is not complete. Throws SocksError. */
export function parseGreeting(bytes: Buffer): Parsed<undefined> | undefined {
  if (bytes.length > 0 && bytes[0] !== VERSION) throw new SocksError('not SOCKS 5');
  const count = bytes[1];
  if (count === undefined || bytes.length < 2 + count) return undefined;
  if (!bytes.subarray(2, 2 + count).includes(0)) throw new SocksError('the client demands authentication');
  return { value: undefined, length: 2 + count };
}

/** Parses a CONNECT request. Returns undefined if it is not complete. Throws SocksError. */
export function parseRequest(bytes: Buffer): Parsed<Target> | undefined {
  if (bytes.length < 5) return undefined;
  if (bytes[0] !== VERSION || bytes[1] !== CONNECT) throw new SocksError('not a CONNECT request');
  const type = bytes[3];
  const start = type === ADDRESS_NAME ? 5 : 4;
  const size =
    type === ADDRESS_4 ? 4 : type === ADDRESS_6 ? 16 : type === ADDRESS_NAME ? (bytes[4] ?? 0) : undefined;
  if (size === undefined || size === 0) throw new SocksError('an unknown kind of address');
  const end = start + size;
  if (bytes.length < end + 2) return undefined;
  const address = bytes.subarray(start, end);
  const host =
    type === ADDRESS_NAME ? nameOf(address) : type === ADDRESS_4 ? address.join('.') : groups(address);
  return { value: { host, port: bytes.readUInt16BE(end) }, length: end + 2 };
}

export function reply(code: number): Buffer {
  return Buffer.from([VERSION, code, 0, ADDRESS_4, 0, 0, 0, 0, 0, 0]);
}

/** Returns the name of a request. Removes the brackets around an IPv6 address. */
function nameOf(bytes: Buffer): string {
  const name = bytes.toString('latin1');
  return name.startsWith('[') && name.endsWith(']') ? name.slice(1, -1) : name;
}

function groups(bytes: Buffer): string {
  return Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(2 * i).toString(16)).join(':');
}
