/** The first frame from each side of a leg: who dialled says HELLO, who accepts answers WELCOME; they agree on a version. */
import { UniCoreError } from './errors.ts';
import { type Frame, FrameType, MIN_VERSION, VERSION } from './frame.ts';
import { packMeta, unpackMeta } from './meta.ts';

/** A socket that says nothing for this long after it opened is closed. */
export const HELLO_MS = 5_000;
/** The dialling side waits longer: the hub may look the token up first. */
export const WELCOME_MS = 10_000;

export function hello(meta: unknown): Frame {
  return { type: FrameType.HELLO, version: VERSION, minVersion: MIN_VERSION, meta: packMeta(meta) };
}

export function welcome(meta: unknown): Frame {
  return { type: FrameType.WELCOME, version: VERSION, meta: packMeta(meta) };
}

/** What the peer says in its first frame; throws when it is not the one to come, or of a version that is not spoken. */
export function readGreeting(frame: Frame, dialled: boolean): unknown {
  if (frame.type === FrameType.HELLO && !dialled) {
    if (frame.version < MIN_VERSION || frame.minVersion > VERSION) {
      throw new UniCoreError(
        'VERSION_UNSUPPORTED',
        `this hub speaks versions ${MIN_VERSION} to ${VERSION}, the peer ${frame.minVersion} to ${frame.version}: upgrade the older one`,
      );
    }
    return unpackMeta(frame.meta);
  }
  if (frame.type === FrameType.WELCOME && dialled) {
    if (frame.version < MIN_VERSION || frame.version > VERSION) {
      throw new UniCoreError(
        'VERSION_UNSUPPORTED',
        `the hub chose version ${frame.version}, which was not offered`,
      );
    }
    return unpackMeta(frame.meta);
  }
  throw new UniCoreError('PROTOCOL_ERROR', `a socket starts with ${dialled ? 'WELCOME' : 'HELLO'}`);
}
