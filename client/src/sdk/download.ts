/** Reads a file of a desktop, over a channel of kind blob. A lost connection does not interrupt it. */
import { UniCoreError } from '@unicore/protocol';
import type { OpenLink } from './link.ts';

/** Bytes that wait for a reader before the desktop is slowed down. */
const AHEAD = 128 * 1024;

export interface Download {
  name: string;
  /** Bytes. */
  size: number;
  /** The bytes of the file. The desktop sends as fast as they are read. Cancel it to end the download. */
  stream: ReadableStream<Uint8Array<ArrayBuffer>>;
}

/** Resolves when the desktop has opened the file. Rejects with NOT_FOUND or TOO_LARGE. */
export function download(openLink: OpenLink, sessionId: string, name: string): Promise<Download> {
  const opened = Promise.withResolvers<Download>();
  /** The size of the file when the desktop opened it. */
  let size: number | undefined;
  let received = 0;
  /** Received bytes that the reader has not taken yet. */
  let owed = 0;
  let isCancelled = false;
  let controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>;
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      start: (its) => {
        controller = its;
      },
      // Called while less than AHEAD waits for the reader.
      pull: () => {
        const bytes = owed;
        owed = 0;
        link.consumed(bytes);
      },
      cancel: () => {
        isCancelled = true;
        link.abort('OK', '');
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: AHEAD }),
  );
  const link = openLink({
    kind: 'blob',
    meta: () => ({ sessionId, op: 'get', name, size: 0 }),
    handler: {
      attached: (meta) => {
        size ??= sizeIn(meta);
        opened.resolve({ name, size, stream });
      },
      detached: () => {},
      data: (bytes) => {
        received += bytes.length;
        owed += bytes.length;
        controller.enqueue(bytes.slice());
      },
      status: () => {},
      closed: (code, message) => {
        const isWhole = code === 'OK' && received === size;
        const reason = code === 'OK' ? 'The download was ended before the whole file had arrived.' : message;
        const error = new UniCoreError(code === 'OK' ? 'LEG_LOST' : code, reason);
        opened.reject(error);
        if (isCancelled) return;
        if (isWhole) controller.close();
        else controller.error(error);
      },
    },
  });
  return opened.promise;
}

function sizeIn(meta: unknown): number {
  const size = typeof meta === 'object' && meta !== null && 'size' in meta ? meta.size : undefined;
  return typeof size === 'number' ? size : 0;
}
