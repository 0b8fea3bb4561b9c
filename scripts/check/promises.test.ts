import { expect, test } from 'vitest';
import { floatingPromises } from './promises.ts';

const IMPORTS = `
import { readFile } from 'node:fs/promises';
import * as fs from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
`;

test.each(["readFile('x');", "fs.readFile('x');", 'wait(1);', "readFile('x').then(use);"])(
  "a promise of Node's own modules that nothing waits for: %s",
  (code) => {
    for (const file of ['file.ts', 'file.tsx', 'file.mjs'])
      expect(floatingPromises(file, `${IMPORTS} export function now() { ${code} }`)).toHaveLength(1);
  },
);

test.each([
  "await readFile('x');",
  "return readFile('x');",
  "void readFile('x');",
  "readFile('x').catch(log);",
  "other.readFile('x');",
  'readFile;',
])('is waited for, handled, or none: %s', (code) => {
  expect(floatingPromises('file.ts', `${IMPORTS} export async function now() { ${code} }`)).toEqual([]);
});
