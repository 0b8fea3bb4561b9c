/** The view of a running desktop: the picture, the bar, and what is shown while the connection is lost. */
import { fireEvent, screen, waitFor } from '@solidjs/testing-library';
import { expect, test, vi } from 'vitest';
import { apiError } from '../../testing/index.ts';
import { connected, opened, typedOn } from './testing/index.ts';

test('the page says in words that it connects, until the picture is there', async () => {
  const { channels, screens } = await opened();
  await screen.findByText('Connecting to your desktop …');
  await waitFor(() => expect(screens).toHaveLength(1));
  channels[0]!.accept('viewer-1');
  await screen.findByText('Waiting for the first picture …');
  screens[0]!.connected();
  await waitFor(() => expect(screen.queryByText(/Waiting|Connecting to/)).toBeNull());
});

test('a lost line is said, and resumes without a new connection of noVNC', async () => {
  const { channel, channels } = await connected();
  channel.become('reconnecting');
  await screen.findByText(/The connection to your desktop is lost/);
  channel.become('connected');
  await waitFor(() => expect(screen.queryByText(/is lost/)).toBeNull());
  expect(channels).toHaveLength(1);
});

test('a channel that the other end has forgotten is followed by a new connection', async () => {
  const { channel, channels, screens } = await connected();
  channel.end('EPOCH_LOST', 'The desktop does not know this channel.');
  await screen.findByText(/The page is reconnecting/);
  await waitFor(() => expect(screens).toHaveLength(2));
  channels[1]!.accept('viewer-2');
  screens[1]!.connected();
  await waitFor(() => expect(screen.queryByText(/reconnecting/)).toBeNull());
});

test('a refusal is shown with its reason, and Try again connects again', async () => {
  const { channel, channels } = await connected();
  channel.end('TOO_MANY_CHANNELS', 'Eight viewers are watching. Close one of them.');
  await screen.findByText('Eight viewers are watching. Close one of them.');
  fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
  await waitFor(() => expect(channels).toHaveLength(2));
});

test('code that cannot be loaded is explained, with a button', async () => {
  await opened({}, () => Promise.reject(new TypeError('net::ERR_NETWORK_CHANGED')));
  await screen.findByText(/A part of this page could not be loaded/);
  expect(screen.getByRole('button', { name: 'Try again' })).toBeTruthy();
});

test('one click extends the desktop, and a refusal says why', async () => {
  const { hub } = await connected({ expiresAt: Date.now() + 4.5 * 60_000 });
  await screen.findByText(/less than 5 min/);
  const extend = screen.getByRole<HTMLButtonElement>('button', { name: 'Extend' });
  fireEvent.click(extend);
  await screen.findByText('1 h 5 min');
  await waitFor(() => expect(extend.disabled).toBe(false));
  hub.errors.set('vnc.extend', apiError('CONFLICT', 'A desktop lives 240 minutes at most.'));
  fireEvent.click(extend);
  await screen.findByText('A desktop lives 240 minutes at most.');
});

test('a program that drives is shown, input says so, and take over is one click', async () => {
  const { beside, rfb } = await connected();
  const program = { kind: 'program', id: 'p1', name: 'ada' } as const;
  beside.handler.control?.({ holder: program, since: 0 });
  await screen.findByText('A program drives');
  fireEvent.pointerDown(document.querySelector('canvas')!);
  await screen.findByText('A program has the controls, so the desktop ignores your input.');
  const before = rfb.refits;
  fireEvent.click(screen.getAllByRole('button', { name: 'Take over' })[0]!);
  await screen.findByText('You have the controls.');
  expect(beside.taken).toBe(1);
  beside.handler.control?.({ holder: { kind: 'viewer', id: 'u1', name: 'u1' }, since: 1 });
  await screen.findByText('You drive');
  expect(rfb.refits).toBeGreaterThan(before);
});

test('the desktop ends only after a confirmation', async () => {
  const { hub } = await connected();
  fireEvent.click(screen.getByRole('button', { name: 'End the desktop' }));
  fireEvent.click(await screen.findByRole('button', { name: 'Keep it' }));
  expect(hub.calls).toEqual([]);
  fireEvent.click(screen.getByRole('button', { name: 'End the desktop' }));
  fireEvent.click(await screen.findByRole('button', { name: 'End desktop' }));
  await waitFor(() => expect(hub.calls).toEqual([{ name: 'vnc.delete', input: { sessionId: 'ds_1' } }]));
});

test('typed keys and texts are sent, and held keys are let go when their panel closes', async () => {
  const { channel, field } = await connected();
  fireEvent.keyDown(field, { key: 'a', code: 'KeyA' });
  fireEvent.keyUp(field, { key: 'a', code: 'KeyA' });
  fireEvent.compositionStart(field);
  field.value += '日本';
  fireEvent.input(field);
  fireEvent.compositionEnd(field, { data: '日本' });
  fireEvent.click(screen.getByRole('button', { name: 'Special keys' }));
  fireEvent.click(await screen.findByRole('button', { name: 'Ctrl' }));
  fireEvent.keyDown(screen.getByRole('dialog'), { key: 'Escape' });
  await waitFor(() => expect(typedOn(channel)).toEqual(['+a', '-a', '日本', '+Control', '-Control']));
});

test('a soft keyboard that replaces a word types Backspaces, and leaving the page lets go of all keys', async () => {
  const { channel, field } = await connected();
  field.value += 'teh';
  fireEvent.input(field);
  field.value = field.value.replace('teh', 'the');
  fireEvent.input(field);
  fireEvent.keyDown(field, { key: 'Shift', code: 'ShiftLeft' });
  fireEvent(window, new Event('blur'));
  const backspace = ['+Backspace', '-Backspace'];
  expect(typedOn(channel)).toEqual(['teh', ...backspace, ...backspace, 'he', '+Shift', '-Shift']);
});

test('files are uploaded with their progress, and one that is too large is refused', async () => {
  const { beside } = await connected();
  fireEvent.click(screen.getByRole('button', { name: 'Files' }));
  const input = await screen.findByLabelText<HTMLInputElement>('Upload files');
  const huge = Object.defineProperty(new File([''], 'huge.iso'), 'size', { value: 256 * 2 ** 20 + 1 });
  fireEvent.change(input, { target: { files: [new File(['12345678'], 'note.txt'), huge] } });
  await screen.findByText('A file may have at most 256 MiB.');
  const [upload] = beside.uploads;
  upload!.options.onProgress?.(4, 8);
  await screen.findByText('4 B of 8 B');
  upload!.done.resolve('note.txt');
  await screen.findByText('In Uploads');
  expect(beside.uploads).toHaveLength(1);
});

test('a file that was downloaded in the desktop is one click away', async () => {
  const { beside } = await connected();
  const link = vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(() => {});
  vi.stubGlobal('URL', Object.assign(URL, { createObjectURL: () => 'blob:x', revokeObjectURL: () => {} }));
  const file = { name: 'report.pdf', size: 7, modifiedAt: 1 };
  beside.handler.files?.({ downloads: [file], uploads: [] });
  await screen.findByText('report.pdf was downloaded in the desktop.');
  fireEvent.click(screen.getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(link.mock.contexts).toMatchObject([{ download: 'report.pdf' }]));
  link.mockRestore();
});

test('a share link is made, shown once, and ended', async () => {
  const { hub } = await connected();
  fireEvent.click(screen.getByRole('button', { name: 'Share' }));
  fireEvent.click(await screen.findByRole('button', { name: 'Make a link' }));
  await screen.findByText('http://hub/desktop/shared#ds_1.secret');
  fireEvent.click(screen.getByRole('button', { name: 'Stop sharing' }));
  await screen.findByRole('button', { name: 'Make a link' });
  expect(hub.calls.map(({ name }) => name)).toEqual(['vnc.share', 'vnc.unshare']);
});

test('a desktop that nobody uses says when it ends, and stays after a click', async () => {
  const { beside } = await connected();
  beside.handler.warning?.({ limit: 'idle', leftMs: 119_000 });
  await screen.findByText(/Nobody has used the desktop for a while. It ends in 1:5/);
  fireEvent.click(screen.getByRole('button', { name: 'I’m still here' }));
  expect(beside.stayed).toBe(1);
  beside.handler.warning?.({ limit: 'idle', leftMs: null });
  await waitFor(() => expect(screen.queryByText(/Nobody has used/)).toBeNull());
});

test('the walls around the browser are described in words', async () => {
  await connected({ isolation: 'unsandboxed' });
  fireEvent.click(screen.getByRole('button', { name: 'About this desktop: not isolated' }));
  await screen.findByText(/Open only pages that you trust/);
});

test('who only watches sends nothing, and is told so', async () => {
  const { rfb } = await connected();
  fireEvent.click(screen.getByRole('button', { name: 'Only watch' }));
  await screen.findByText('Only watching');
  expect(rfb.viewOnly).toBe(true);
  expect(screen.getByRole('button', { name: 'Special keys' }).hasAttribute('disabled')).toBe(true);
});

test('Control, Shift and Up leave the screen for the bar, and all keys are let go', async () => {
  const { channel, field } = await connected();
  field.focus();
  fireEvent.keyDown(field, { key: 'Control', code: 'ControlLeft', ctrlKey: true });
  fireEvent.keyDown(field, { key: 'ArrowUp', code: 'ArrowUp', ctrlKey: true, shiftKey: true });
  expect(document.activeElement).toBe(screen.getByRole('toolbar', { name: 'Desktop' }));
  expect(typedOn(channel)).toEqual(['+Control', '-Control']);
});
