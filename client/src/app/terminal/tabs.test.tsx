/** The tabs of a machine by keyboard and for screen readers. */
import { fireEvent, render, screen } from '@solidjs/testing-library';
import { createSignal } from 'solid-js';
import { expect, test, vi } from 'vitest';
import { Tabs } from './tabs.tsx';

function renderTabs() {
  const [active, setActive] = createSignal('main');
  const actions = { onEnter: vi.fn(), onClose: vi.fn(), onNew: vi.fn() };
  const tabs = [
    { id: 'main', title: 'bash', ended: false },
    { id: 't2', title: 'vim', ended: false },
  ];
  render(() => <Tabs tabs={tabs} active={active()} onChoose={setActive} {...actions} />);
  const tab = (name: string) => screen.getByRole('tab', { name });
  return { ...actions, active, tab };
}

test('arrow keys choose a tab, focus it, and wrap around at the end', () => {
  const { tab, active } = renderTabs();
  tab('bash').focus();
  fireEvent.keyDown(tab('bash'), { key: 'ArrowRight' });
  expect(active()).toBe('t2');
  expect(document.activeElement).toBe(tab('vim'));
  fireEvent.keyDown(tab('vim'), { key: 'ArrowRight' });
  expect(active()).toBe('main');
});

test('only the active tab is in the tab order and is marked as selected', () => {
  const { tab } = renderTabs();
  expect([tab('bash').tabIndex, tab('vim').tabIndex]).toEqual([0, -1]);
  expect(tab('bash').getAttribute('aria-selected')).toBe('true');
});

test('Enter focuses the terminal, Delete asks to close it', () => {
  const { tab, onEnter, onClose } = renderTabs();
  fireEvent.keyDown(tab('bash'), { key: 'Enter' });
  expect(onEnter).toHaveBeenCalledOnce();
  fireEvent.keyDown(tab('bash'), { key: 'Delete' });
  expect(onClose).toHaveBeenCalledExactlyOnceWith('main');
});

test('new and close are buttons with names', () => {
  const { onNew, onClose } = renderTabs();
  fireEvent.click(screen.getByRole('button', { name: 'New terminal' }));
  fireEvent.click(screen.getByRole('button', { name: 'Close vim' }));
  expect(onNew).toHaveBeenCalledOnce();
  expect(onClose).toHaveBeenCalledExactlyOnceWith('t2');
});
