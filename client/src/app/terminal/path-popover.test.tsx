import { fireEvent, screen, waitFor } from '@solidjs/testing-library';
import { expect, test, vi } from 'vitest';
import { fakeHub, renderPart } from '../testing/index.ts';

import { hops } from './hops.ts';
import { PathPopover } from './path-popover.tsx';

test('the round trip is shown, its pieces when it is pressed, and whoever closes them types on', async () => {
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

test('what is not known is no number, and leaves no rest', () => {
  const pieces = hops({ rtt: 20, hubMs: 4, providerMs: null, keeperMs: 1 });
  expect(pieces.map(({ ms }) => ms)).toEqual([4, null, 1, null]);
});

test('pieces that were measured at a worse moment than the whole leave nothing, not less', () => {
  expect(hops({ rtt: 5, hubMs: 4, providerMs: 3, keeperMs: 1 }).at(-1)?.ms).toBe(0);
});
