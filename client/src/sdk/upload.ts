/** Sends a file into a desktop, over a channel of kind blob. A lost connection does not interrupt it. */
import { UniCoreError } from '@unicore/protocol';
import type { OpenLink } from './link.ts';

/** Bytes that are read from the file ahead of what the desktop has confirmed. It is twice the channel's window. */
const AHEAD = 512 * 1024;

export interface UploadOptions {
  /** Name of the file in the desktop. Default: the name of a File. */
  name?: string;
  /** Called with the bytes that the desktop has confirmed, and with the size of the file. */
  onProgress?(confirmed: number, size: number): void;
  /** Ends the upload. Nothing of it stays in the desktop. */
  signal?: AbortSignal;
}

/**
 * Resolves with the name under which the desktop keeps the file. It has a number if there is another file of this
 * name. Rejects with TOO_LARGE for a file of more than 256 MiB.
 */
export async function upload(
  openLink: OpenLink,
  sessionId: string,
  file: Blob,
  { name = file instanceof File ? file.name : 'file', onProgress, signal }: UploadOptions = {},
): Promise<string> {
  signal?.throwIfAborted();
  const { size } = file;
  const over = Promise.withResolvers<string>();
  const reader = file.stream().getReader();
  let sent = 0;
  let isFeeding = false;
  let isOver = false;

  const feed = async () => {
    onProgress?.(sent - link.unconfirmed, size);
    if (isFeeding) return;
    isFeeding = true;
    while (!isOver && link.unconfirmed < AHEAD) {
      const { done, value } = await reader.read();
      // The file has ended, so nothing is fed any more.
      if (done) return link.finish();
      sent += value.length;
      link.send(value);
    }
    isFeeding = false;
  };
  const feedSafely = () => {
    if (isOver) return;
    feed().catch((error: unknown) => {
      // The file can't be read any more, for example because it has changed on the disk.
      over.reject(error);
      link.abort('OK', '');
    });
  };
  let isQueued = false;
  const link = openLink({
    kind: 'blob',
    meta: () => ({ sessionId, op: 'put', name, size }),
    handler: {
      attached: feedSafely,
      detached: () => {},
      data: (bytes) => link.consumed(bytes.length),
      status: () => {},
      writable: () => {
        if (isQueued) return;
        isQueued = true;
        queueMicrotask(() => {
          isQueued = false;
          feedSafely();
        });
      },
      closed: (code, message) => {
        isOver = true;
        // The end of an upload names its file. A channel that ends without a name was ended by this client.
        if (code === 'OK' && message !== '') over.resolve(message);
        else over.reject(code === 'OK' ? ended() : new UniCoreError(code, message));
      },
    },
  });
  const abort = () => {
    over.reject(signal?.reason);
    link.abort('OK', '');
  };
  signal?.addEventListener('abort', abort);
  try {
    const kept = await over.promise;
    onProgress?.(size, size);
    return kept;
  } finally {
    signal?.removeEventListener('abort', abort);
    await reader.cancel().catch(() => undefined);
  }
}

function ended(): UniCoreError {
  return new UniCoreError('LEG_LOST', 'The client was closed before the file had arrived.');
}
