/** The process of the benchmark that views a desktop. It uses the same viewer for each way to the desktop. */
import { setTimeout as sleep } from 'node:timers/promises';
import { serve } from '../../testing/processes/child.ts';
import { type Address, openLine } from './line.ts';
import { KEYS } from './page.ts';
import { Viewer } from './viewer.ts';

/** A point of the page. A click on it gives the page the keyboard. */
const PAGE = [400, 500] as const;
/** The picture has stopped to change if no update arrives for this time, ms. */
const STILL_MS = 250;
/**
 * Average pause between two keys, ms. The real pauses are random. Otherwise all keys might arrive at the same
 * moment between two frames.
 */
const PAUSE_MS = 40;
/** Pause before connecting again to a socket that does not exist yet, ms. */
const RETRY_MS = 5;

export interface Measured {
  /** Times between a key and the change of a pixel, ms. */
  readonly delays: number[];
  readonly updatesPerSecond: number;
  /** Number of bytes on the viewer's socket per byte of RFB, in both directions. */
  readonly wireBytes: number;
}

export interface Wish {
  readonly address: Address;
  readonly seconds: number;
  /** True if an animation runs on the page meanwhile. */
  readonly isAnimated: boolean;
  /** True if keys are typed that change the marker (an area of one colour). */
  readonly types: boolean;
}

export type NearCalls = {
  /** Resolves when the page is shown in its first state. Waits for a socket that does not exist yet. */
  painted(address: Address): Promise<void>;
  /** Resolves when any picture is seen. */
  seen(address: Address): Promise<void>;
  measure(wish: Wish): Promise<Measured>;
};

const calls: NearCalls = {
  async painted(address) {
    const viewer = new Viewer(await openSoon(address));
    await viewer.until(() => viewer.isPainted);
    viewer.close();
  },
  async seen(address) {
    const viewer = new Viewer(await openLine(address));
    await viewer.until(() => viewer.marker !== undefined);
    viewer.close();
  },
  async measure({ address, seconds, isAnimated, types }) {
    const viewer = new Viewer(await openLine(address));
    try {
      await viewer.until(() => viewer.marker !== undefined);
      viewer.click(...PAGE);
      viewer.press(isAnimated ? KEYS.animate : KEYS.still);
      // Both ends of a slow connection need this time to learn how many bytes it can carry.
      if (isAnimated) await sleep(seconds * 1000);
      else await still(viewer);
      return await measure(viewer, seconds, types);
    } finally {
      viewer.press(KEYS.still);
      await still(viewer);
      viewer.close();
    }
  },
};
serve(calls);

async function openSoon(address: Address): ReturnType<typeof openLine> {
  for (;;) {
    try {
      return await openLine(address);
    } catch {
      await sleep(RETRY_MS);
    }
  }
}

async function measure(viewer: Viewer, seconds: number, types: boolean): Promise<Measured> {
  const delays: number[] = [];
  const [began, updates, rfb, wire] = [performance.now(), viewer.updates, viewer.rfbBytes, viewer.wireBytes];
  const end = began + seconds * 1000;
  while (types && performance.now() < end) {
    delays.push(await change(viewer));
    await sleep(2 * PAUSE_MS * Math.random());
  }
  await sleep(Math.max(0, end - performance.now()));
  return {
    delays,
    updatesPerSecond: ((viewer.updates - updates) * 1000) / (performance.now() - began),
    wireBytes: (viewer.wireBytes - wire) / (viewer.rfbBytes - rfb),
  };
}

/** Presses the key that changes the marker. Resolves with the time until its pixel has changed, ms. */
async function change(viewer: Viewer): Promise<number> {
  const { marker } = viewer;
  const began = performance.now();
  viewer.press(KEYS.mark);
  await viewer.until(() => viewer.marker !== undefined && viewer.marker !== marker);
  return performance.now() - began;
}

/** Resolves when the picture has stopped to change. */
async function still(viewer: Viewer): Promise<void> {
  for (let seen = -1; seen !== viewer.updates; ) {
    seen = viewer.updates;
    await sleep(STILL_MS);
  }
}
