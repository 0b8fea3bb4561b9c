/**
 * How a launcher starts a holder, and what the two agree about the desktop's folder. The command is
 * `unicore-desktop hold FOLDER ORDER`, and `unicore-desktop join SOCKET` joins its standard input and output to
 * the socket of the holder.
 */
import { join } from 'node:path';
import { DesktopOrder } from '@unicore/protocol/control';
import type { z } from 'zod';

/** Name of the holder's socket in the desktop's folder. */
export const HOLDER_SOCKET = 'holder.sock';
/**
 * Name of the file in which the holder leaves its last HolderStatus, as JSON. In a container it also prints the
 * same JSON as its last line, because the folder ends with the container.
 */
export const END_FILE = 'end.json';

/** The part of an order that the holder needs. */
export const HoldOrder = DesktopOrder.omit({ desired: true, image: true });
export type HoldOrder = z.infer<typeof HoldOrder>;

export function holdArguments(folder: string, order: HoldOrder): string[] {
  return ['hold', folder, JSON.stringify(HoldOrder.parse(order))];
}

export function joinArguments(folder: string): string[] {
  return ['join', join(folder, HOLDER_SOCKET)];
}
