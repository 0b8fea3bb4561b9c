/** Tests the whole system in the shortest way. `npm test -- --quick` includes this test. */
import { expect, test } from 'vitest';
import { runningVm, shell } from '../../testing/vms.ts';
import { startWorld } from '../../testing/world.ts';

test('a key goes through hub and agent to a shell, and its echo comes back', async () => {
  const world = await startWorld();
  try {
    const ada = await world.user('ada');
    const view = await shell(ada, await runningVm(ada));
    view.type('k');
    await view.until(/^\$ k$/m);
    expect(view.text).toMatch(/^\$ k$/m);
    view.close();
  } finally {
    await world.close();
  }
});
