/** The dialog that creates a machine. */
import { fireEvent, screen, waitFor } from '@solidjs/testing-library';
import { expect, test } from 'vitest';
import { apiError, fakeHub, renderPage } from '../testing/index.ts';

async function openDialog() {
  const hub = fakeHub();
  const history = renderPage(hub);
  fireEvent.click(await screen.findByRole('button', { name: 'Create a machine' }));
  await screen.findByRole('dialog', { name: 'New machine' });
  const create = () => fireEvent.click(screen.getByRole('button', { name: 'Create machine' }));
  const sent = () => hub.calls.map(({ input }) => input as Record<string, string>);
  return { hub, history, create, sent };
}

test('everything has a default: one click creates a machine and opens its page', async () => {
  const { history, create, sent } = await openDialog();
  create();
  await waitFor(() => expect(history.get()).toBe('/vm/made'));
  expect(sent()).toEqual([{ size: 'small', opId: expect.stringMatching(/^[0-9a-f]{32}$/) }]);
});

test('name, size and image are sent to the hub', async () => {
  const { create, sent } = await openDialog();
  fireEvent.input(screen.getByRole('textbox', { name: 'Name' }), { target: { value: '  my box ' } });
  fireEvent.click(screen.getByRole('radio', { name: /Large/ }));
  fireEvent.click(screen.getByRole('button', { name: 'Advanced' }));
  fireEvent.input(await screen.findByRole('textbox', { name: 'Image' }), { target: { value: 'python:3' } });
  create();
  await waitFor(() => expect(sent()).toHaveLength(1));
  expect(sent()[0]).toMatchObject({ name: 'my box', size: 'large', image: 'python:3' });
});

test('a refusal is shown in the dialog, which stays open, and the next try has a new operation id', async () => {
  const { hub, create, sent } = await openDialog();
  hub.errors.set('vm.create', apiError('NO_CAPACITY', 'No provider has room. Choose a smaller size.'));
  create();
  await screen.findByText('No provider has room. Choose a smaller size.');
  create();
  await waitFor(() => expect(sent()).toHaveLength(2));
  expect(sent()[0]?.opId).not.toBe(sent()[1]?.opId);
});
