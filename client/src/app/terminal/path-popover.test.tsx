/** The round trip of a key and its pieces. */
import { fireEvent, screen, waitFor } from '@solidjs/testing-library';
import { expect, test, vi } from 'vitest';
import { fakeHub, renderPart } from '../testing/index.ts';
import { hops } from './hops.ts';
import { PathPopover } from './path-popover.tsx';

test('the round trip is shown, a click shows its pieces, and closing them focuses the terminal', async () => {
  const hub = fakeHub();
  const onClose = vi.fn();
  renderPart(hub, () => <PathPopover vmId="vm-1" terminalId="main" rtt={16.4} onClose={onClose} />);
  const trigger = screen.getByRole('button', { name: '16 ms' });
  expect(screen.queryByRole('dialog')).toBeNull();
  fireEvent.click(trigger);
  await screen.findByText('4.0 ms');
  const terms = [...screen.getByRole('dialog').querySelectorAll('dt')].map((term) => [
    term.textContent,
    term.nextElementSibling?.textContent,
  ]);
  expect(terms).toEqual([
    ['This browser ↔ hub', '4.0 ms'],
    ['Hub ↔ provider', '10 ms'],
    ['Provider ↔ its terminals', '0.3 ms'],
    ['Between hubs, and waiting', '2.1 ms'],
    ['To the terminal, in all', '16 ms'],
    ['Its answer to the last key', '1.4 ms'],
  ]);
  expect(onClose).not.toHaveBeenCalled();
  fireEvent.keyDown(screen.getByRole('dialog'), { key: 'Escape' });
  await waitFor(() => expect(onClose).toHaveBeenCalled());
  expect(screen.queryByRole('dialog')).toBeNull();
});

test('unknown pieces have no number, and then the rest has none either', () => {
  const pieces = hops({ rtt: 20, hubMs: 4, providerMs: null, keeperMs: 1 });
  expect(pieces.map(({ ms }) => ms)).toEqual([4, null, 1, null]);
});

test('the rest is never negative, even if the pieces add up to more than the whole', () => {
  expect(hops({ rtt: 5, hubMs: 4, providerMs: 3, keeperMs: 1 }).at(-1)?.ms).toBe(0);
});
