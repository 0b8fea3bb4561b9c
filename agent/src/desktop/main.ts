#!/usr/bin/env node
/**
 * The command unicore-desktop. `join` runs once for each connection to a desktop, and `health` every 30 s, while the
 * desktop's browser starts or is used. They need little of the other code. Loading that takes a second of CPU time, so
 * it is loaded for other commands only.
 */
import { joinHolder } from './join.ts';

const [, , command, path] = process.argv;
if (command === 'join' && path?.startsWith('/')) {
  await joinHolder(path);
  process.exit();
}
const folder = path ?? process.env.UNICORE_DESKTOP_FOLDER;
if (command === 'health' && folder?.startsWith('/')) {
  const { askHealth } = await import('./health.ts');
  process.exit(await askHealth(folder));
}
await import('./commands.ts');
