/** The clipboard of a running desktop's view: what is pasted, and where copied texts go. */
import { fireEvent, screen, waitFor } from '@solidjs/testing-library';
import { expect, test, vi } from 'vitest';
import { connected, typedOn } from './testing/index.ts';

/** Presses a letter with Control. What Control+V pastes is the clipboard of this device. */
function shortcut(field: HTMLTextAreaElement, key: string, clipboard = ''): void {
  const code = `Key${key.toUpperCase()}`;
  fireEvent.keyDown(field, { key: 'Control', code: 'ControlLeft', ctrlKey: true });
  fireEvent.keyDown(field, { key, code, ctrlKey: true });
  if (key === 'v') fireEvent.paste(field, { clipboardData: { getData: () => clipboard } });
  fireEvent.keyUp(field, { key, code, ctrlKey: true });
  fireEvent.keyUp(field, { key: 'Control', code: 'ControlLeft' });
}

const PASTED = ['+Control', '+v', '-v', '-Control'];

/** Allows the clipboard in these directions. Resolves when the desktop has taken that. */
async function allow(...directions: readonly RegExp[]): Promise<void> {
  fireEvent.click(screen.getByRole('button', { name: 'Clipboard' }));
  for (const name of directions) fireEvent.click(await screen.findByRole('checkbox', { name }));
  await waitFor(() => expect(document.querySelector('[aria-busy="false"] [type="checkbox"]')).toBeTruthy());
}

test('the clipboard is off, and one that is allowed pastes the new text or nothing', async () => {
  const { channel, field, rfb, beside } = await connected();
  shortcut(field, 'v', 'secret');
  expect(rfb.given).toEqual([]);
  expect(typedOn(channel)).toEqual(PASTED);
  await allow(/Paste into the desktop/);
  expect(beside.rights.at(-1)).toEqual({ viewer: 'viewer-1', toDesktop: true, fromDesktop: false });
  shortcut(field, 'v', '日本語 ü 👩‍👩‍👧');
  expect(rfb.given).toEqual(['日本語 ü 👩‍👩‍👧']);
  shortcut(field, 'v', 'x'.repeat(1024 * 1024 + 1));
  expect((await screen.findAllByText(/larger than 1 MiB/)).length).toBeGreaterThan(0);
  expect(rfb.given).toHaveLength(1);
  expect(typedOn(channel)).toEqual([...PASTED, ...PASTED, '+Control', '-Control']);
});

test('a text that is cut in the desktop is pasted there, whatever this device has when it arrives late', async () => {
  const { channel, field, rfb } = await connected();
  const written = Promise.withResolvers<void>();
  vi.stubGlobal('navigator', { ...navigator, clipboard: { writeText: () => written.promise } });
  await allow(/Paste into the desktop/, /Copy out of the desktop/);
  shortcut(field, 'x');
  channel.sent.length = 0;
  shortcut(field, 'v', 'older');
  shortcut(field, 'v', 'x'.repeat(1024 * 1024 + 1));
  rfb.copied('cut');
  shortcut(field, 'v', 'older');
  expect(typedOn(channel)).toEqual([...PASTED, ...PASTED, ...PASTED]);
  expect(rfb.given).toEqual([]);
  written.resolve();
  await written.promise;
  shortcut(field, 'v', 'cut');
  shortcut(field, 'v', 'newest');
  expect(rfb.given).toEqual(['newest']);
  vi.unstubAllGlobals();
});

test('a user who was elsewhere pastes what was copied there, even if a copy in the desktop never arrived', async () => {
  const { field, rfb } = await connected();
  await allow(/Paste into the desktop/);
  field.focus();
  shortcut(field, 'c');
  shortcut(field, 'v', 'older');
  expect(rfb.given).toEqual([]);
  field.blur();
  field.focus();
  shortcut(field, 'v', 'newest');
  expect(rfb.given).toEqual(['newest']);
});

test('what this device gave is given again to a new connection, which has lost it', async () => {
  const { channel, channels, screens, field, rfb } = await connected();
  await allow(/Paste into the desktop/);
  shortcut(field, 'v', 'text');
  expect(rfb.given).toEqual(['text']);
  channel.end('EPOCH_LOST', 'The desktop does not know this channel.');
  await waitFor(() => expect(screens).toHaveLength(2));
  channels[1]!.accept('viewer-2');
  screens[1]!.connected();
  await waitFor(() => expect(document.querySelector('[aria-busy="false"] [type="checkbox"]')).toBeTruthy());
  shortcut(field, 'v', 'text');
  expect(screens[1]!.given).toEqual(['text']);
});

test('a text that the browser does not take without a click waits for one', async () => {
  const { rfb } = await connected();
  rfb.copied('not allowed');
  fireEvent.click(screen.getByRole('button', { name: 'Clipboard' }));
  fireEvent.click(await screen.findByRole('checkbox', { name: /Copy out of the desktop/ }));
  rfb.copied('allowed');
  await screen.findByRole('button', { name: 'Copy it here' });
});
