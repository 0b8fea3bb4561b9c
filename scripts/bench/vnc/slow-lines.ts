/**
 * A process that simulates slow connections with a limited rate and a long delay, such as between a home and a data
 * centre.
 */
import { LineProxy } from '@unicore/server/testing';
import { serve } from '../../testing/processes/child.ts';

export const MEGABITS = 20;
export const ROUND_TRIP_MS = 80;

export type LinesCalls = {
  /**
   * Opens a slow connection to a port or unix socket of this machine. Resolves with the port to which a viewer
   * connects.
   */
  open(target: number | string): Promise<number>;
};

if (import.meta.main) {
  const calls: LinesCalls = {
    async open(target) {
      const line = await LineProxy.open(target);
      line.delayMs = ROUND_TRIP_MS / 2;
      line.bytesPerSecond = (MEGABITS * 1e6) / 8;
      line.queueBytesAtRate += (line.bytesPerSecond * line.delayMs) / 1000;
      return line.port;
    },
  };
  serve(calls);
}
