/** The list of providers and the dialog that adds one. */
import { fireEvent, screen } from '@solidjs/testing-library';
import { expect, test } from 'vitest';
import { apiError, fakeHub, fakeProvider, renderPage } from '../testing/index.ts';

test('each provider shows its state, its load and, if it is offline, what to do', async () => {
  const hub = fakeHub();
  hub.providers = [
    fakeProvider({ providerId: 'p1', name: 'studio', cpu: 0.25 }),
    fakeProvider({ providerId: 'p2', name: 'cellar', state: 'offline' }),
  ];
  renderPage(hub, '/providers');
  await screen.findByText('1 of 2 online');
  const row = screen.getByText('studio').closest('li')!;
  expect(row.textContent).toContain('25 % of 8 cores');
  expect(row.textContent).toContain('25 % of 16 GiB');
  expect(screen.getByText('cellar').closest('li')!.textContent).toContain('npm run agent -- run');
});

test('the whole join command is shown, and a refusal is shown', async () => {
  const hub = fakeHub();
  renderPage(hub, '/providers');
  hub.errors.set('provider.joinToken', apiError('RATE_LIMITED', 'Too many tokens. Wait a minute.'));
  fireEvent.click(await screen.findByRole('button', { name: 'Add a provider' }));
  await screen.findByText('Too many tokens. Wait a minute.');
  hub.errors.clear();
  fireEvent.click(screen.getByRole('button', { name: 'New command' }));
  await screen.findByText('npm run agent -- join http://hub secret');
  expect(screen.queryByText(/Other computers cannot reach/)).toBeNull();
});

test('a hub without a public address says that other computers cannot join', async () => {
  const hub = fakeHub();
  hub.joinCommand = 'npm run agent -- join http://127.0.0.1:7420 secret';
  renderPage(hub, '/providers');
  fireEvent.click(await screen.findByRole('button', { name: 'Add a provider' }));
  await screen.findByText(/Other computers cannot reach/);
});
