/** The list of machines and the actions on them. */
import { fireEvent, screen, waitFor, within } from '@solidjs/testing-library';
import { expect, test } from 'vitest';
import { apiError, type FakeHub, fakeHub, fakeProvider, fakeVm, renderPage } from '../testing/index.ts';

const row = (name: string): HTMLElement =>
  screen.getByRole('link', { name }).closest<HTMLElement>('[data-vm-id]')!;

async function withMachine(state: 'running' | 'stopped'): Promise<FakeHub> {
  const hub = fakeHub();
  hub.vms = [fakeVm({ vmId: 'otter', state })];
  renderPage(hub);
  await screen.findByRole('link', { name: 'otter' });
  return hub;
}

async function choose(machine: string, item: string): Promise<void> {
  fireEvent.keyDown(screen.getByRole('button', { name: `More for ${machine}` }), { key: 'Enter' });
  fireEvent.keyDown(await screen.findByRole('menuitem', { name: item }), { key: 'Enter' });
}

test('a user without machines is led to creating the first one', async () => {
  renderPage(fakeHub());
  fireEvent.click(await screen.findByRole('button', { name: 'Create a machine' }));
  await screen.findByRole('dialog', { name: 'New machine' });
});

test('without an online provider the user is led to adding one', async () => {
  const hub = fakeHub();
  hub.providers = [fakeProvider({ providerId: 'p1', state: 'offline' })];
  renderPage(hub);
  fireEvent.click(await screen.findByRole('button', { name: 'Add a provider' }));
  await screen.findByRole('dialog', { name: 'Add a provider' });
  await screen.findByText('npm run agent -- join http://hub secret');
});

test('each machine shows its state, its provider and how isolated it is', async () => {
  const hub = fakeHub();
  hub.vms = [
    fakeVm({ vmId: 'otter' }),
    fakeVm({ vmId: 'fjord', isolation: 'process' }),
    fakeVm({ vmId: 'kite', state: 'failed', reason: 'The image is missing. Run npm run images.' }),
  ];
  renderPage(hub);
  await screen.findByText('3 machines, 2 running');
  expect(within(row('otter')).getByText('Running')).toBeTruthy();
  expect(within(row('otter')).getByText('on studio')).toBeTruthy();
  expect(within(row('fjord')).getByText('Not isolated: runs as your own user')).toBeTruthy();
  expect(within(row('kite')).getByText('The image is missing. Run npm run images.')).toBeTruthy();
});

test('changes arrive without a reload', async () => {
  const hub = await withMachine('running');
  hub.tell({ type: 'changed', vm: fakeVm({ vmId: 'otter', state: 'suspect', updatedAt: 2_000 }) });
  await within(row('otter')).findByText('Provider unreachable');
  hub.tell({ type: 'deleted', vmId: 'otter' });
  await screen.findByRole('heading', { name: 'Create your first machine' });
});

test('a stopped machine starts with one click', async () => {
  const hub = await withMachine('stopped');
  fireEvent.click(screen.getByRole('button', { name: 'Start otter' }));
  await within(row('otter')).findByText('Starting');
  expect(hub.calls).toEqual([{ name: 'vm.start', input: { vmId: 'otter' } }]);
});

test('a failed action shows what failed, why, and the remedy', async () => {
  const hub = await withMachine('running');
  hub.errors.set('vm.stop', apiError('PROVIDER_UNREACHABLE', 'studio is silent. Try again when it is back.'));
  await choose('otter', 'Stop');
  await screen.findByText('The machine was not stopped');
  await screen.findByText('studio is silent. Try again when it is back.');
});

test('a machine is deleted only after a confirmation', async () => {
  const hub = await withMachine('running');
  await choose('otter', 'Delete…');
  const dialog = await screen.findByRole('dialog', { name: 'Delete otter?' });
  fireEvent.click(within(dialog).getByRole('button', { name: 'Keep it' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(hub.calls).toEqual([]);
  await choose('otter', 'Delete…');
  fireEvent.click(await screen.findByRole('button', { name: 'Delete machine' }));
  await waitFor(() => expect(hub.calls).toEqual([{ name: 'vm.delete', input: { vmId: 'otter' } }]));
});

test('if the hub refuses a new name, the dialog stays open and shows the reason', async () => {
  const hub = await withMachine('running');
  hub.errors.set('vm.rename', apiError('BAD_REQUEST', 'name: too long'));
  await choose('otter', 'Rename…');
  const field = await screen.findByRole('textbox', { name: 'Name' });
  expect((field as HTMLInputElement).value).toBe('otter');
  fireEvent.input(field, { target: { value: 'seal' } });
  fireEvent.click(screen.getByRole('button', { name: 'Rename' }));
  await screen.findByText('name: too long');
  hub.errors.clear();
  fireEvent.click(screen.getByRole('button', { name: 'Rename' }));
  await screen.findByRole('link', { name: 'seal' });
});
