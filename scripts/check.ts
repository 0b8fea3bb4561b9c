/** Implements `npm run check`: checks types, lint and import rules. Runs no tests and changes no files. */
import { CHECKS } from './check/checks.ts';
import { main, messageOf, step, warn } from './lib/console.ts';

await main(async () => {
  const failures: string[] = [];
  for (const [name, check] of Object.entries(CHECKS)) {
    await step(name, check).catch((error: unknown) => {
      warn(messageOf(error));
      failures.push(name);
    });
  }
  if (failures.length > 0) throw new Error(`Not clean: ${failures.join(', ')}`);
});
