/** The page of the desktop while it shows no picture: start, waiting, failure and end. */
import { fireEvent, screen, waitFor, within } from '@solidjs/testing-library';
import type { Desktop } from '@unicore/protocol/api';
import { expect, test } from 'vitest';
import { apiError, type FakeHub, fakeDesktop, fakeHub, fakeReceipt, renderPart } from '../testing/index.ts';
import { DesktopPage } from './desktop-page.tsx';

function opened(desktop: Desktop | null): FakeHub {
  const hub = fakeHub();
  hub.desktop = desktop;
  renderPart(hub, () => <DesktopPage />);
  return hub;
}

const starting = (change: Partial<Desktop>): Desktop =>
  fakeDesktop({ status: 'starting', startedAt: null, expiresAt: null, ...change });
const steps = (): HTMLElement => screen.getByRole('list', { name: 'Steps' });

test('one click starts a desktop, as fine as the screen of this device', async () => {
  const hub = opened(null);
  fireEvent.click(await screen.findByRole('button', { name: 'Start a desktop' }));
  await screen.findByRole('heading', { name: 'Your desktop is starting' });
  expect(hub.calls).toEqual([
    { name: 'vnc.create', input: { scale: 1, opId: expect.stringMatching(/^[0-9a-f]{32}$/) } },
  ]);
});

test("a refusal shows the hub's sentence, and the button stays", async () => {
  const hub = opened(null);
  hub.errors.set('vnc.create', apiError('NO_CAPACITY', 'Only the owner of this hub may start desktops.'));
  fireEvent.click(await screen.findByRole('button', { name: 'Start a desktop' }));
  await screen.findByText('Only the owner of this hub may start desktops.');
  expect(screen.getByRole('button', { name: 'Start a desktop' })).toBeTruthy();
});

test('while it starts, each phase appears with its time', async () => {
  const hub = opened(starting({ phase: 'reserved', phaseAt: 1_000 }));
  await screen.findByRole('heading', { name: 'Your desktop is starting' });
  hub.tellDesktop(starting({ phase: 'launching', phaseAt: 1_300 }));
  hub.tellDesktop(starting({ phase: 'booting', phaseAt: 3_700 }));
  await screen.findByText('The display and the browser are starting.');
  const rows = within(steps()).getAllByRole('listitem');
  expect(rows.map((row) => row.textContent).slice(0, 2)).toEqual([
    'Reserve a desktop0.3 s',
    'Prepare the computer2.4 s',
  ]);
  expect(rows[2]?.getAttribute('aria-current')).toBe('step');
});

test('a desktop that waits says why, and can be cancelled', async () => {
  const hub = opened(starting({ phase: 'waiting', reason: 'All 2 places are taken.' }));
  await screen.findByText('All 2 places are taken.');
  fireEvent.click(screen.getByRole('button', { name: 'Cancel' }));
  await screen.findByRole('heading', { name: 'Your desktop is ending' });
  expect(hub.calls).toEqual([{ name: 'vnc.delete', input: { sessionId: 'ds_1' } }]);
});

test('a desktop that failed shows the reason and starts again', async () => {
  const hub = opened(
    starting({ phase: 'failed', status: 'stopped', reason: 'The image is missing. Run npm run images.' }),
  );
  await screen.findByRole('heading', { name: 'Your desktop could not start' });
  await screen.findByText('The image is missing. Run npm run images.');
  fireEvent.click(screen.getByRole('button', { name: 'Start again' }));
  await waitFor(() => expect(hub.calls.map(({ name }) => name)).toEqual(['vnc.create']));
});

test('after the end, the receipt says what the desktop cost and what was proven', async () => {
  const hub = opened(starting({ phase: 'reserved' }));
  await screen.findByRole('list', { name: 'Steps' });
  hub.receipts = [
    fakeReceipt({ sessionId: 'ds_1', cost: 0.0334 }),
    fakeReceipt({ sessionId: 'ds_0', reason: 'It was idle.' }),
  ];
  hub.tellDesktop(fakeDesktop({ phase: 'ended', status: 'stopped', reason: 'You ended it.' }));
  await screen.findByRole('heading', { name: 'Your desktop has ended' });
  const receipt = (await screen.findByRole('heading', { name: 'Receipt' })).parentElement!;
  for (const said of ['12 min 30 s', '$0.033', '3 MiB', 'The container is removed.']) {
    expect(receipt.textContent).toContain(said);
  }
  const earlier = screen.getByRole('list', { name: 'Earlier desktops' });
  expect(within(earlier).getAllByRole('listitem')).toHaveLength(1);
  expect(earlier.textContent).toContain('It was idle.');
});
