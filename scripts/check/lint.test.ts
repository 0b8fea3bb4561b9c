/**
 * Checks that Biome reports violations of the rules about imports and promises. Otherwise nobody would notice
 * a lost setting in biome.json.
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { exec } from '../lib/exec.ts';
import { ROOT, tool } from '../lib/paths.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'unicore-lint-'));
  cpSync(join(ROOT, 'biome.json'), join(root, 'biome.json'));
});
afterEach(() => rmSync(root, { recursive: true }));

/** Returns the names of the lint rules that these files break. */
async function broken(files: Record<string, string>): Promise<string[]> {
  for (const [path, code] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), code);
  }
  const report = await exec(tool('biome'), ['lint', '--vcs-enabled=false', '--reporter=json', '.'], {
    cwd: root,
    tail: 1000,
  }).catch((error: Error) => error.message);
  return [...new Set([...report.matchAll(/"category":\s*"lint\/\w+\/(\w+)"/g)].map(([, rule]) => rule!))];
}

const FORMS: Record<string, { extension: string; code(to: string): string }> = {
  'a value import': { extension: 'ts', code: (to) => `import { x } from '${to}';\nexport const y = x;` },
  'an import of a type': {
    extension: 'ts',
    code: (to) => `import type { X } from '${to}';\nexport type Y = X;`,
  },
  'import()': { extension: 'ts', code: (to) => `export const y = () => import('${to}');` },
  'a component': {
    extension: 'tsx',
    code: (to) => `import { x } from '${to}';\nexport const Y = () => <p>{x}</p>;`,
  },
  'plain JavaScript': { extension: 'mjs', code: (to) => `import { x } from '${to}';\nexport const y = x;` },
};

describe.each(Object.entries(FORMS))('%s', (_form, { extension, code }) => {
  test('makes no circle of files', async () => {
    const files = {
      [`server/src/one.${extension}`]: code(`./two.${extension}`),
      [`server/src/two.${extension}`]: code(`./one.${extension}`),
    };
    expect(await broken(files)).toContain('noImportCycles');
  });

  test('brings zod into control and api of the protocol only, birpc into control only', async () => {
    const at = (folder: string, name: string) =>
      broken({ [`protocol/src/${folder}/file.${extension}`]: code(name) });
    for (const fine of [at('control', 'zod'), at('api', 'zod'), at('control', 'birpc')])
      expect(await fine).not.toContain('noRestrictedImports');
    for (const wrong of [at('wire', 'zod'), at('wire', 'zod/v4'), at('wire', 'birpc'), at('api', 'birpc')])
      expect(await wrong).toContain('noRestrictedImports');
  });
});

test.each([
  [
    'of three files, by way of an index',
    'index.ts',
    "export type { X } from './two.ts';",
    "from './index.ts'",
  ],
  ['of types and values', 'one.ts', "import { x } from './two.ts';\nexport const y = x;", "from './one.ts'"],
  ['of exports of all', 'one.ts', "export * from './two.ts';", "from './one.ts'"],
])('a circle %s is an error', async (_name, first, code, from) => {
  const files = {
    [`server/src/${first}`]: code,
    'server/src/two.ts': "export type { X } from './three.ts';\nexport const x = 1;",
    'server/src/three.ts': `import type * as all ${from};\nexport type X = typeof all;`,
  };
  expect(await broken(files)).toContain('noImportCycles');
});

test('a file that imports itself is an error', async () => {
  expect(await broken({ 'server/src/one.ts': "export * from './one.ts';" })).toContain('noSelfImport');
});

test.each(['ts', 'tsx', 'mjs'])('a promise that nothing waits for is an error: %s', async (extension) => {
  const lib = 'export const later = async () => 1;\n';
  const code = `import { later } from './lib.${extension}';\nexport function now() {\n  later();\n}\n`;
  expect(
    await broken({ [`server/src/lib.${extension}`]: lib, [`server/src/file.${extension}`]: code }),
  ).toContain('noFloatingPromises');
});

test('every rule of imports is an error, not a warning', () => {
  const { linter } = JSON.parse(readFileSync(join(ROOT, 'biome.json'), 'utf8'));
  expect(linter.rules.suspicious.noImportCycles).toEqual({ level: 'error', options: { ignoreTypes: false } });
});
