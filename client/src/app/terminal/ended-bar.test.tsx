/** The bar below a terminal that has ended. */
import { fireEvent, render, screen } from '@solidjs/testing-library';
import { expect, test, vi } from 'vitest';
import { EndedBar } from './ended-bar.tsx';

test('after a shell exited, its status and the key for a new shell are shown', () => {
  const onRestart = vi.fn();
  render(() => <EndedBar ended={{ exited: true, message: 'exited with status 3' }} onRestart={onRestart} />);
  expect(screen.getByRole('status').textContent).toContain(
    'exited with status 3 · press Enter to start a new shell',
  );
  fireEvent.click(screen.getByRole('button', { name: 'New shell' }));
  expect(onRestart).toHaveBeenCalledOnce();
});

test("a refusal shows the hub's sentence", () => {
  render(() => (
    <EndedBar
      ended={{ exited: false, message: 'calm-fjord is stopped. Start it first.' }}
      onRestart={() => {}}
    />
  ));
  expect(screen.getByRole('status').textContent).toContain('calm-fjord is stopped. Start it first.');
  expect(screen.getByRole('button', { name: 'Try again' })).toBeTruthy();
});
