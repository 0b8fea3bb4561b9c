/** A subscription stays alive while the tab is visible. */
import { createRoot } from 'solid-js';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type FeedHandlers, follow } from './feed.ts';

let visibility: DocumentVisibilityState = 'visible';
const streams: FeedHandlers<string>[] = [];
let open = 0;
let refusals = 0;
let hubIsBack = () => {};
const heard: string[] = [];

function start() {
  return createRoot((dispose) => ({
    dispose,
    live: follow<string>({
      subscribe: (handlers) => {
        streams.push(handlers);
        open++;
        return { unsubscribe: () => open-- };
      },
      apply: (event) => heard.push(event),
      refused: () => refusals++,
      onHub: (back) => {
        hubIsBack = back;
        return () => {};
      },
    }),
  }));
}

function look(now: DocumentVisibilityState): void {
  visibility = now;
  document.dispatchEvent(new Event('visibilitychange'));
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(document, 'visibilityState', 'get').mockImplementation(() => visibility);
  visibility = 'visible';
  streams.length = 0;
  heard.length = 0;
  open = 0;
  refusals = 0;
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test('events are applied, and mark the feed as live', () => {
  const feed = start();
  streams[0]!.onConnectionStateChange({ state: 'connecting' });
  expect(feed.live()).toBe(false);
  streams[0]!.onData('one');
  expect(heard).toEqual(['one']);
  expect(feed.live()).toBe(true);
  feed.dispose();
});

test('a stream that the hub refuses or ends is reported and opened again', () => {
  const feed = start();
  streams[0]!.onError();
  expect(refusals).toBe(1);
  expect(feed.live()).toBe(false);
  vi.advanceTimersByTime(2_000);
  expect(streams).toHaveLength(2);
  streams[1]!.onComplete();
  vi.advanceTimersByTime(2_000);
  expect(streams).toHaveLength(3);
  expect(open).toBe(1);
  feed.dispose();
  expect(open).toBe(0);
});

test('a hidden tab has no stream, and opens one when it is shown', () => {
  const feed = start();
  look('hidden');
  expect(open).toBe(0);
  look('visible');
  expect(open).toBe(1);
  feed.dispose();
  look('visible');
  expect(open).toBe(0);
});

test('a broken stream reopens at once when the hub is back, and a live one is left alone', () => {
  const feed = start();
  streams[0]!.onData('one');
  hubIsBack();
  expect(streams).toHaveLength(1);
  streams[0]!.onConnectionStateChange({ state: 'connecting' });
  hubIsBack();
  expect([streams.length, open]).toEqual([2, 1]);
  feed.dispose();
});

test('the end of an abandoned stream has no effect', () => {
  const feed = start();
  streams[0]!.onData('one');
  streams[0]!.onConnectionStateChange({ state: 'connecting' });
  hubIsBack();
  streams[0]!.onComplete();
  vi.advanceTimersByTime(10_000);
  expect([streams.length, open, refusals]).toEqual([2, 1, 0]);
  feed.dispose();
});
