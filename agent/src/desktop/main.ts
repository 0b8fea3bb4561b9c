#!/usr/bin/env node
/**
 * The command unicore-desktop. `join` runs for each connection to a desktop, also while the browser starts. It
 * loads none of the other commands, because loading them takes a second of CPU time.
 */
import { joinHolder } from './join.ts';

const [, , command, path] = process.argv;
if (command === 'join' && path?.startsWith('/')) {
  await joinHolder(path);
  process.exit();
}
await import('./commands.ts');
