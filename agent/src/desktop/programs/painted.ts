/** Waits until a VNC server shows a picture, by reading its pixels. A black screen is no picture. */
import { connect } from 'node:net';
import { UniCoreError } from '@unicore/protocol';
import { RawClient } from '../rfb/index.ts';

/** A frame counts as painted if it has this part of pixels that are not black, and this many colours. */
const LEAST_LIT = 0.05;
const LEAST_COLOURS = 3;

/** Resolves when the screen shows a picture. Rejects if `signal` aborts or the server goes away. */
export async function painted(socketPath: string, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const socket = connect(socketPath);
  const stop = () => socket.destroy();
  signal.addEventListener('abort', stop, { once: true });
  try {
    const client = await RawClient.connect(socket);
    await client.until(() => client.hasPixels && isPicture(client.whole().rgba));
  } catch (error) {
    throw signal.aborted ? new UniCoreError('TIMEOUT', 'No picture was seen on the screen.') : error;
  } finally {
    signal.removeEventListener('abort', stop);
    socket.destroy();
  }
}

/** Returns true if the pixels are more than a black or empty screen. rgba: four bytes for each pixel. */
export function isPicture(rgba: Uint8Array): boolean {
  const colours = new Set<number>();
  let lit = 0;
  for (let at = 0; at < rgba.length; at += 4) {
    // The fourth byte is padding.
    const colour = (rgba[at]! << 16) | (rgba[at + 1]! << 8) | rgba[at + 2]!;
    if (colour !== 0) lit++;
    if (colours.size < LEAST_COLOURS) colours.add(colour);
  }
  return lit >= (rgba.length / 4) * LEAST_LIT && colours.size >= LEAST_COLOURS;
}
