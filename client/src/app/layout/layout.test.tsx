/** The frame around every page: sign-in, unreachable hub, palette, dialogs and unknown addresses. */
import { fireEvent, screen, waitFor } from '@solidjs/testing-library';
import { expect, test } from 'vitest';
import { apiError, fakeHub, fakeVm, renderPage } from '../testing/index.ts';

test('a visitor who is not signed in is told how to get a login link', async () => {
  const hub = fakeHub();
  hub.user = null;
  renderPage(hub);
  await screen.findByRole('heading', { name: /login link/ });
  expect(screen.getByText('npm start')).toBeTruthy();
  expect(screen.getByText('npm run user -- NAME')).toBeTruthy();
  expect(hub.streams.size).toBe(0);
});

test('a session that ends in another tab ends here, too', async () => {
  const hub = fakeHub();
  hub.vms = [fakeVm({ vmId: 'otter', state: 'stopped' })];
  renderPage(hub);
  const start = await screen.findByRole('button', { name: 'Start otter' });
  hub.user = null;
  hub.errors.set('vm.start', apiError('UNAUTHENTICATED', 'This session was ended. Sign in again.'));
  fireEvent.click(start);
  await screen.findByRole('heading', { name: /login link/ });
});

test('the end of a session is noticed by the event stream alone', async () => {
  const hub = fakeHub();
  renderPage(hub);
  await screen.findByRole('heading', { name: 'Create your first machine' });
  hub.user = null;
  for (const { onError } of [...hub.streams]) onError();
  await screen.findByRole('heading', { name: /login link/ });
});

test('the page stays when the hub becomes unreachable', async () => {
  const hub = fakeHub();
  hub.vms = [fakeVm({ vmId: 'otter' })];
  renderPage(hub);
  await screen.findByRole('link', { name: 'otter' });
  hub.down = true;
  for (const { onError } of [...hub.streams]) onError();
  await screen.findByText(/No live connection to the hub/);
  expect(screen.getByRole('link', { name: 'otter' })).toBeTruthy();
});

test('the page says that the hub does not answer, and retries by itself', async () => {
  const hub = fakeHub();
  hub.down = true;
  renderPage(hub);
  await screen.findByRole('heading', { name: 'The hub is out of reach' });
  hub.down = false;
  await screen.findByRole('heading', { name: 'Create your first machine' });
});

test('typing letters and pressing Enter runs a command of the palette', async () => {
  const hub = fakeHub();
  const history = renderPage(hub);
  await screen.findByRole('heading', { name: 'Create your first machine' });
  fireEvent.keyDown(document.body, { key: 'k', ctrlKey: true });
  const input = await screen.findByRole('combobox', { name: 'Command' });
  fireEvent.input(input, { target: { value: 'prov go' } });
  const option = screen.getByRole('option', { name: 'Go to providers' });
  expect(input.getAttribute('aria-activedescendant')).toBe(option.id);
  fireEvent.keyDown(input, { key: 'Enter' });
  await waitFor(() => expect(history.get()).toBe('/providers'));
});

test('a dialog returns the focus to where it was', async () => {
  renderPage(fakeHub());
  const create = await screen.findByRole('button', { name: 'Create a machine' });
  create.focus();
  for (const [key, role] of [
    ['k', 'combobox'],
    ['?', 'dialog'],
  ] as const) {
    fireEvent.keyDown(document.body, { key, ctrlKey: key === 'k' });
    await screen.findByRole(role);
    await waitFor(() => expect(document.activeElement).not.toBe(create));
    fireEvent.keyDown(document.activeElement!, { key: 'Escape' });
    await waitFor(() => expect(document.activeElement).toBe(create));
  }
});

test('? lists the shortcuts, but not when it is typed into a field', async () => {
  renderPage(fakeHub());
  await screen.findByRole('heading', { name: 'Create your first machine' });
  fireEvent.keyDown(document.body, { key: 'k', ctrlKey: true });
  const input = await screen.findByRole('combobox');
  fireEvent.keyDown(input, { key: '?' });
  expect(screen.queryByRole('dialog', { name: 'Keyboard shortcuts' })).toBeNull();
  fireEvent.keyDown(document.body, { key: '?' });
  await screen.findByRole('dialog', { name: 'Keyboard shortcuts' });
});

test('an unknown address shows a page that says so', async () => {
  renderPage(fakeHub(), '/nowhere');
  await screen.findByRole('heading', { name: 'Nothing at this address' });
});
