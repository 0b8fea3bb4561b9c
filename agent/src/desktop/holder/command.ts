/**
 * What a launcher and a holder agree on: the holder's command line, and the names of the files in the desktop's
 * folder. `unicore-desktop hold FOLDER ORDER` starts a holder. `unicore-desktop join SOCKET` connects its
 * standard input and output to the holder's socket.
 */
import { join } from 'node:path';
import { DesktopOrder } from '@unicore/protocol/control';
import type { z } from 'zod';

/** Name of the holder's socket in the desktop's folder. */
export const HOLDER_SOCKET = 'holder.sock';
/**
 * Name of the file with the holder's last HolderStatus, as JSON. In a container, the holder also prints this
 * JSON as its last line, because the folder is lost with the container.
 */
export const END_FILE = 'end.json';

/** The part of a desktop's order that the holder gets. */
export const HoldOrder = DesktopOrder.omit({ desired: true, image: true });
export type HoldOrder = z.infer<typeof HoldOrder>;

export function holdArguments(folder: string, order: HoldOrder): string[] {
  return ['hold', folder, JSON.stringify(HoldOrder.parse(order))];
}

export function joinArguments(folder: string): string[] {
  return ['join', join(folder, HOLDER_SOCKET)];
}
