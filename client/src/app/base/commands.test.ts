/** The command palette finds commands, and offers the commands of the parts of the page that are shown. */
import { createRoot } from 'solid-js';
import { expect, test } from 'vitest';
import { allCommands, type Command, matches, offerCommands } from './commands.ts';

const command = (title: string): Command => ({ id: title, title, run: () => {} });

test('the first letters of words find a command, in any order', () => {
  const stop = command('Stop brave-otter');
  for (const query of ['', 'st', 'stop', 'ott st', 'BRAVE']) expect(matches(stop, query), query).toBe(true);
  for (const query of ['top', 'stop x', 'otters']) expect(matches(stop, query), query).toBe(false);
});

test('commands are offered while their part of the page is shown, the newest part first', () => {
  const disposeShell = createRoot((dispose) => {
    offerCommands(() => [command('shell')]);
    return dispose;
  });
  const disposePage = createRoot((dispose) => {
    offerCommands(() => [command('page')]);
    return dispose;
  });
  expect(allCommands().map(({ id }) => id)).toEqual(['page', 'shell']);
  disposePage();
  expect(allCommands().map(({ id }) => id)).toEqual(['shell']);
  disposeShell();
});
