/**
 * The handshake of a leg. The side that dialled sends HELLO, and the other side answers with WELCOME. These
 * first frames agree on a protocol version.
 */
import {
  type Frame,
  FrameType,
  MIN_VERSION,
  packMeta,
  UniCoreError,
  unpackMeta,
  VERSION,
} from '../wire/index.ts';

/** The accepting side closes a socket if no HELLO comes within this many ms. */
export const HELLO_MS = 5_000;
/**
 * The dialling side closes a socket if no WELCOME comes within this many ms. It waits longer than the
 * accepting side, because the hub may have to look up a token.
 */
export const WELCOME_MS = 10_000;

/** The protocol versions that one side understands: the newest and the oldest. */
export interface Versions {
  version: number;
  minVersion: number;
}

export const OUR_VERSIONS: Versions = { version: VERSION, minVersion: MIN_VERSION };

/** The content of HELLO or WELCOME, the first frame of the peer. */
export interface Greeting {
  /** The protocol version that both sides use after the handshake. */
  version: number;
  meta: unknown;
}

export function hello(ours: Versions, meta: unknown): Frame {
  return { type: FrameType.HELLO, ...ours, meta: packMeta(meta) };
}

export function welcome(version: number, meta: unknown): Frame {
  return { type: FrameType.WELCOME, version, meta: packMeta(meta) };
}

/**
 * Throws if the frame is not the expected first frame, or if the two sides have no protocol version in
 * common.
 */
export function readGreeting(frame: Frame, dialled: boolean, ours: Versions): Greeting {
  if (frame.type === FrameType.HELLO && !dialled) return readHello(frame, ours);
  if (frame.type === FrameType.WELCOME && dialled) return readWelcome(frame, ours);
  throw new UniCoreError('PROTOCOL_ERROR', `a socket starts with ${dialled ? 'WELCOME' : 'HELLO'}`);
}

function readHello(theirs: Versions & { meta: Uint8Array }, ours: Versions): Greeting {
  const version = Math.min(ours.version, theirs.version);
  if (version < ours.minVersion || version < theirs.minVersion) {
    const older = theirs.version < ours.version ? 'the side that dialled' : 'this side';
    throw new UniCoreError(
      'VERSION_UNSUPPORTED',
      `This side speaks versions ${span(ours)}, the other one ${span(theirs)}. Upgrade ${older}.`,
    );
  }
  return { version, meta: unpackMeta(theirs.meta) };
}

function readWelcome({ version, meta }: { version: number; meta: Uint8Array }, ours: Versions): Greeting {
  if (version < ours.minVersion || version > ours.version) {
    throw new UniCoreError(
      'VERSION_UNSUPPORTED',
      `The other side chose version ${version}; ${span(ours)} was offered. One of the two has a defect.`,
    );
  }
  return { version, meta: unpackMeta(meta) };
}

function span({ minVersion, version }: Versions): string {
  return minVersion === version ? `${version}` : `${minVersion} to ${version}`;
}
