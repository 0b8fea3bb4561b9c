/** Which text is the newest, in each order in which copies, texts that arrive and pastes can come. */
import { expect, test } from 'vitest';
import { NewestText } from './newest-text.ts';

/** A text that is being written to the clipboard of this device. */
function writing(newest: NewestText, text: string) {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const done = newest.writes(text, promise).catch(() => undefined);
  const end = (settle: () => void): Promise<void> => {
    settle();
    return done;
  };
  return { written: () => end(resolve), failed: () => end(() => reject(new Error('not allowed'))) };
}

test('a text of this device is new until the desktop has it', () => {
  const newest = new NewestText();
  expect(newest.isNew('one')).toBe(true);
  newest.gives('one');
  expect(newest.isNew('one')).toBe(false);
  expect(newest.isNew('two')).toBe(true);
});

test('an older text that was never seen is not newer than a copy that has not arrived', async () => {
  const newest = new NewestText();
  newest.copies();
  expect(newest.isNew('older')).toBe(false);
  const { written } = writing(newest, 'copied');
  expect(newest.isNew('older')).toBe(false);
  expect(newest.isNew('copied')).toBe(false);
  await written();
  expect(newest.isNew('copied')).toBe(false);
  expect(newest.isNew('copied on this device since then')).toBe(true);
});

test('of two copies, only the arrival of the second one makes this device’s next text new', async () => {
  const newest = new NewestText();
  newest.copies();
  const first = writing(newest, 'first');
  newest.copies();
  const second = writing(newest, 'second');
  await first.written();
  expect(newest.isNew('older')).toBe(false);
  await second.written();
  expect(newest.isNew('second')).toBe(false);
  expect(newest.isNew('next')).toBe(true);
});

test('a copy that this device could not take stays newer than what the device has', async () => {
  const newest = new NewestText();
  newest.gives('seen');
  newest.copies();
  await writing(newest, 'copied').failed();
  expect(newest.isNew('older')).toBe(false);
  expect(newest.isFromDesktop).toBe(true);
  newest.returned();
  expect(newest.isNew('seen')).toBe(false);
  expect(newest.isNew('copied elsewhere')).toBe(true);
});

test('what a user copies elsewhere is new, but not while a text of the desktop is being written', async () => {
  const newest = new NewestText();
  newest.copies();
  const { written } = writing(newest, 'copied');
  newest.returned();
  expect(newest.isNew('older')).toBe(false);
  await written();
  newest.copies();
  newest.returned();
  expect(newest.isNew('copied')).toBe(false);
  expect(newest.isNew('copied elsewhere')).toBe(true);
});

test('a new connection has lost what this device gave, and not what was copied in the desktop', () => {
  const newest = new NewestText();
  newest.gives('given');
  newest.reconnected();
  expect(newest.isNew('given')).toBe(true);
  newest.gives('given');
  newest.copies();
  newest.reconnected();
  expect(newest.isNew('given')).toBe(false);
  expect(newest.isFromDesktop).toBe(true);
});
