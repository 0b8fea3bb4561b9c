import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { boundaryErrors } from './boundaries.ts';

/** Each way to name a module, by the file that does so. */
const FORMS: Record<string, (specifier: string) => [extension: string, code: string]> = {
  'a value import': (to) => ['ts', `import { x } from '${to}';\nexport const y = x;`],
  'an import of a type': (to) => ['ts', `import type { X } from '${to}';\nexport type Y = X;`],
  'an import for its effect': (to) => ['ts', `import '${to}';`],
  'an export': (to) => ['ts', `export { x } from '${to}';`],
  'an export of all': (to) => ['ts', `export * from '${to}';`],
  'import()': (to) => ['ts', `export const y = () => import('${to}');`],
  'import() of a template': (to) => ['ts', `export const y = () => import(\`${to}\`);`],
  'a type by import()': (to) => ['ts', `export type Y = import('${to}').X;`],
  'a component': (to) => ['tsx', `import { x } from '${to}';\nexport const Y = () => <p>{x}</p>;`],
  'plain JavaScript': (to) => ['mjs', `import { x } from '${to}';\nexport const y = x;`],
  require: (to) => ['cts', `const { x } = require('${to}');`],
  'import.meta.resolve': (to) => ['ts', `export const y = import.meta.resolve('${to}');`],
  'a URL': (to) => ['ts', `export const y = new URL('${to}', import.meta.url);`],
  'vi.mock': (to) => ['test.ts', `vi.mock('${to}', () => ({}));`],
};

const WORKSPACES = {
  near: { name: '@unicore/near', dependencies: { '@unicore/far': '1' }, exports: { '.': './src/index.ts' } },
  far: { name: '@unicore/far', exports: { '.': './src/index.ts', './testing': './src/testing/index.ts' } },
  other: { name: '@unicore/other', exports: { '.': './src/index.ts' } },
};

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'unicore-boundaries-'));
  for (const [folder, manifest] of Object.entries(WORKSPACES))
    write(`${folder}/package.json`, JSON.stringify(manifest));
});
afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function check(path: string, code: string): string[] {
  write(path, code);
  return boundaryErrors(root, Object.keys(WORKSPACES), [path]);
}

describe.each(Object.entries(FORMS))('%s', (form, write) => {
  function complaints(specifier: string): string[] {
    const [extension, code] = write(specifier);
    return check(`near/src/room/file.${extension}`, code);
  }
  test('may not lead into another workspace by a relative path', () => {
    expect(complaints('../../../far/src/index.ts')).toEqual([
      expect.stringContaining('@unicore/far by one of its entries'),
    ]);
  });

  test('may not name a file of another workspace that is no entry of it', () => {
    expect(complaints('@unicore/far/src/deep.ts')).toEqual([
      expect.stringContaining('exports no ./src/deep.ts'),
    ]);
  });

  test('may not name a workspace that its own does not depend on', () => {
    expect(complaints('@unicore/other')).toEqual([expect.stringContaining('does not depend on it')]);
  });

  test('reaches another folder by its index only', () => {
    expect(complaints('../kitchen/oven.ts')).toEqual([
      expect.stringContaining('import near/src/kitchen/index.ts'),
    ]);
    expect(complaints('../kitchen/index.ts')).toEqual([]);
  });

  test('takes nothing from testing/, unless it is a test', () => {
    const expected = form === 'vi.mock' ? [] : [expect.stringContaining('nothing from testing/')];
    expect(complaints('../testing/index.ts')).toEqual(expected);
    expect(complaints('@unicore/far/testing')).toEqual(expected);
  });

  test('may name what is beside it, above it, and an entry of another workspace', () => {
    for (const fine of ['./other.ts', '../above.ts', '@unicore/far', 'vitest', 'node:fs'])
      expect(complaints(fine)).toEqual([]);
  });
});

test('a path in a string or a comment is no import', () => {
  expect(
    check(
      'near/src/file.ts',
      `// import '../../far/src/index.ts'\nexport const text = "from '../../far/src/index.ts'";`,
    ),
  ).toEqual([]);
});

test('tests may use testing/', () => {
  expect(
    check('near/src/room/file.test.ts', "import '../testing/index.ts';\nimport '@unicore/far/testing';"),
  ).toEqual([]);
});

test.each([
  { './*': './src/*.ts' },
  { './all': './src/*' },
  { './far': '../far/src/index.ts' },
  { './src/deep.ts': './src/deep.ts' },
])('a manifest may not export %j', (exports) => {
  write('near/package.json', JSON.stringify({ ...WORKSPACES.near, exports }));
  expect(boundaryErrors(root, ['near'], [])).toEqual([expect.stringContaining('near/package.json: exports')]);
});
