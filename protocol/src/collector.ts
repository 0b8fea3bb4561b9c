/**
 * V8's collector in a process that carries streams. V8 holds what sockets gave to a limit that it makes from the size of the
 * heap, and a relay's heap is small: at 300 MB/s it collects all of it 27 times a second, a third of the process's time.
 * For Node, so it has a subpath of its own.
 */
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** So much may be there, at least, before all is collected, bytes. */
const SLACK = 64 * 1024 * 1024;
/** V8 lets the old generation double, at least, of its own accord. */
const OWN_PERCENT = 100;
/** How often the size of the heap is looked at, ms. */
const LOOK_MS = 10_000;

/** For the process's whole life; it ends no later for it. */
export function spareCollector(): void {
  look();
  setInterval(look, LOOK_MS).unref();
}

function look(): void {
  const percent = Math.round((100 * SLACK) / oldGeneration());
  // 0: as V8 thinks best, where the heap itself gives it room.
  setFlagsFromString(`--heap-growing-percent=${percent > OWN_PERCENT ? percent : 0}`);
}

function oldGeneration(): number {
  const spaces = getHeapSpaceStatistics().filter(({ space_name }) => !space_name.startsWith('new_'));
  return spaces.reduce((bytes, { space_used_size }) => bytes + space_used_size, 0);
}
