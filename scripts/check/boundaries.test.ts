import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { boundaryErrors } from './boundaries.ts';

/** Code for each form in which a file can name a module, with the extension of the file. */
const FORMS: Record<string, (specifier: string) => [extension: string, code: string]> = {
  'a value import': (to) => ['ts', `import { x } from '${to}';\nexport const y = x;`],
  'an import of a type': (to) => ['ts', `import type { X } from '${to}';\nexport type Y = X;`],
  'an import for its effect': (to) => ['ts', `import '${to}';`],
  'an import of a type and a value': (to) => [
    'ts',
    `import { type X, x } from '${to}';\nexport const y: X = x;`,
  ],
  'import =': (to) => ['cts', `import x = require('${to}');\nexport const y = x;`],
  'an export': (to) => ['ts', `export { x } from '${to}';`],
  'an export of all': (to) => ['ts', `export * from '${to}';`],
  'an export of all types': (to) => ['mts', `export type * from '${to}';`],
  'import()': (to) => ['ts', `export const y = () => import('${to}');`],
  'import() of a template': (to) => ['ts', `export const y = () => import(\`${to}\`);`],
  'a type by import()': (to) => ['ts', `export type Y = import('${to}').X;`],
  'a component': (to) => ['tsx', `import { x } from '${to}';\nexport const Y = () => <p>{x}</p>;`],
  'plain JavaScript': (to) => ['mjs', `import { x } from '${to}';\nexport const y = x;`],
  'a type in plain JavaScript': (to) => ['mjs', `/** @type {import('${to}').X} */\nexport const y = 1;`],
  'a reference': (to) => ['d.ts', `/// <reference path="${to}" />`],
  'createRequire()': (to) => ['mjs', `export const y = createRequire(import.meta.url)('${to}');`],
  'a require of another name': (to) => [
    'ts',
    `const load = createRequire(here);\nexport const y = load('${to}');`,
  ],
  require: (to) => ['cts', `const { x } = require('${to}');`],
  'import.meta.resolve': (to) => ['ts', `export const y = import.meta.resolve('${to}');`],
  'a URL': (to) => ['ts', `export const y = new URL('${to}', import.meta.url);`],
  'a type by typeof import()': (to) => ['ts', `export type Y = typeof import('${to}');`],
  'import.meta.glob': (to) => ['ts', `export const y = import.meta.glob('${to}');`],
  'a worker': (to) => ['ts', `export const y = new Worker('${to}');`],
  'vi.mock': (to) => ['test.ts', `vi.mock('${to}', () => ({}));`],
  'vitest.mock': (to) => ['test.mts', `vitest.mock('${to}', () => ({}));`],
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
  // Forms that are refused within a workspace, whatever file they name. A test below checks this.
  const isUnseen = /^a type by|template/.test(form);
  const allowed = isUnseen ? [expect.stringContaining('at the top')] : [];
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
    const expected = isUnseen ? allowed : [expect.stringContaining('import near/src/kitchen/index.ts')];
    expect(complaints('../kitchen/oven.ts')).toEqual(expected);
    expect(complaints('../kitchen/index.ts')).toEqual(allowed);
  });

  test('takes nothing from testing/, unless it is a test', () => {
    const expected = form.endsWith('.mock') ? [] : [expect.stringContaining('nothing from testing/')];
    expect(complaints('../testing/index.ts')).toEqual(expected);
    expect(complaints('@unicore/far/testing')).toEqual(expected);
  });

  test('may name what is beside it, above it, and an entry of another workspace', () => {
    for (const near of ['./other.ts', '../above.ts']) expect(complaints(near)).toEqual(allowed);
    for (const far of ['@unicore/far', 'vitest', 'node:fs']) expect(complaints(far)).toEqual([]);
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
  { './deep': { types: './src/*.ts', default: './src/deep.ts' } },
  { './folder': './src/folder/' },
])('a manifest may not export %j', (exports) => {
  write('near/package.json', JSON.stringify({ ...WORKSPACES.near, exports }));
  expect(boundaryErrors(root, ['near'], [])).toEqual([expect.stringContaining('near/package.json: exports')]);
});

// biome-ignore lint/suspicious/noTemplateCurlyInString: code that is checked, not a template.
test.each(['import(name)', 'import(`./${name}.ts`)', "import('./' + name)", 'require(name)'])(
  'product code does not compute what it imports: %s',
  (call) => {
    const code = `export const load = (name: string) => ${call};`;
    expect(check('near/src/file.ts', code)).toEqual([expect.stringContaining('plain string')]);
    expect(check('near/src/file.test.ts', code)).toEqual([]);
  },
);

test.each([
  "type Y = import('./other.ts').X",
  "type Y = typeof import('./other.ts')",
  'const y = () => import(`./other.ts`)',
])('within a workspace an import has a form in which circles are found: %s', (code) => {
  write('scripts/package.json', JSON.stringify({ name: '@unicore/scripts' }));
  for (const path of ['near/src/file.ts', 'near/src/testing/file.ts', 'scripts/lib/file.ts']) {
    write(path, `export ${code};`);
    expect(boundaryErrors(root, ['near', 'scripts'], [path])).toEqual([
      expect.stringContaining('at the top'),
    ]);
  }
});

test.each(['cupboard/index.ts', 'cupboard/cup.ts', 'cupboard/shelf/index.ts'])(
  'a folder in another one is reached past neither index: %s',
  (path) => {
    for (const code of [`import '../kitchen/${path}';`, `export type { X } from '../kitchen/${path}';`])
      expect(check('near/src/room/file.ts', code)).toEqual([
        expect.stringContaining('import near/src/kitchen/index.ts'),
      ]);
  },
);

test('what is loaded lazily may lie deeper', () => {
  expect(check('near/src/main.ts', "await import('./kitchen/cupboard/index.ts');")).toEqual([]);
});

test.each(['oven.mjs', 'oven.js', 'oven.ts?raw', 'oven'])(
  'past the index of a folder leads no ending: %s',
  (file) => {
    const code = `import '../kitchen/${file}';`;
    expect(check('near/src/room/file.ts', code)).toEqual([expect.stringContaining('kitchen/index.ts')]);
  },
);

test.each([
  '../room/file.suite.ts',
  './other.test.ts',
  './other.test.mts',
  '../testing',
  '@unicore/far/help',
  '@unicore/far/suite',
  '@unicore/far/types',
  '@unicore/far/redis/testing',
])('product code takes nothing from %s, which is for tests', (name) => {
  const exports = {
    './help': './src/testing/help.ts',
    './suite': './src/room.suite.ts',
    './types': { default: './src/index.ts', types: './src/testing/index.ts' },
    './redis/testing': './src/redis/testing/index.ts',
  };
  write('far/package.json', JSON.stringify({ ...WORKSPACES.far, exports }));
  expect(check('near/src/room/file.ts', `import '${name}';`)).toEqual([
    expect.stringContaining('nothing from testing/'),
  ]);
});

test.each([
  '/other/file.ts',
  'file:///other/file.ts',
  '../../node_modules/@unicore/far/src/deep.ts',
  '#testing/index.ts',
])('a package is imported by its name, not as %s', (name) => {
  expect(check('near/src/file.ts', `import '${name}';`)).toEqual([
    expect.stringContaining('name of its package'),
  ]);
});

test('a workspace has no entries for its own files', () => {
  for (const name of ['@unicore/near', '@unicore/near/testing', '@unicore/near/src/deep.ts'])
    expect(check('near/src/file.ts', `import '${name}';`)).toEqual([expect.stringContaining('by its path')]);
});

test('a folder of another workspace is that workspace, and a file of none has to use the entries, too', () => {
  expect(check('near/src/file.ts', "import '../../far';")).toEqual([
    expect.stringContaining('by one of its'),
  ]);
  expect(check('vite.config.mjs', "import './far/src/index.ts';")).toEqual([
    expect.stringContaining('by one of its'),
  ]);
  expect(check('vite.config.mjs', "import '@unicore/far/src/deep.ts';")).toEqual([
    expect.stringContaining('exports no'),
  ]);
});

test.each([
  "new Failure('../kitchen/oven.ts', 1)",
  "new URL('..', import.meta.url)",
  "new URL('./api/vms', hub)",
])('%s is no import', (code) => {
  expect(check('near/src/room/file.ts', `export const y = ${code};`)).toEqual([]);
});

test.each([
  ['agent', '@unicore/server'],
  ['server', '@unicore/agent'],
  ['client', '@unicore/agent'],
  ['protocol', '@unicore/server'],
])('%s may not depend on %s', (folder, name) => {
  for (const kind of ['dependencies', 'devDependencies']) {
    const needs = { '@unicore/protocol': '1', [name]: '1', ws: '1' };
    write(`${folder}/package.json`, JSON.stringify({ name: `@unicore/${folder}`, [kind]: needs }));
    expect(boundaryErrors(root, [folder], [])).toEqual([
      expect.stringContaining(`may not depend on ${name}`),
    ]);
  }
});

describe('the protocol', () => {
  const WAYS: [string, (name: string) => string][] = [
    ['a value', (name) => `import { x } from '${name}';`],
    ['a type', (name) => `import type { X } from '${name}';`],
    ['a type by import()', (name) => `export type X = import('${name}').X;`],
    ['import()', (name) => `export const x = () => import('${name}');`],
    ['require', (name) => `const x = require('${name}');`],
  ];
  test.each(WAYS)('keeps zod in control and api, birpc in control: %s', (_way, code) => {
    write('protocol/package.json', JSON.stringify({ name: '@unicore/protocol' }));
    const complaints = (folder: string, name: string) => {
      const path = `protocol/src/${folder}/file.ts`;
      write(path, code(name));
      return boundaryErrors(root, ['protocol'], [path]);
    };
    for (const [folder, name] of [
      ['wire', 'zod'],
      ['wire', 'zod/v4'],
      ['wire', 'birpc'],
      ['api', 'birpc'],
    ] as const)
      expect(complaints(folder, name)).toEqual([expect.stringContaining(`not in protocol/src/${folder}`)]);
    for (const [folder, name] of [
      ['control', 'zod'],
      ['api', 'zod'],
      ['control', 'birpc'],
    ] as const)
      expect(complaints(folder, name)).toEqual([]);
  });
});

test.each(['@unicore/server', '@unicore/server/app', '@unicore/protocol/api', '@unicore/protocol/control'])(
  'page and SDK take only types from %s',
  (name) => {
    const exports = {
      '.': './src/index.ts',
      './app': './src/app.ts',
      './api': './src/api.ts',
      './control': './src/c.ts',
    };
    const server = { name: '@unicore/server', exports };
    const protocol = { name: '@unicore/protocol', exports };
    const client = {
      name: '@unicore/client',
      devDependencies: { '@unicore/server': '1', '@unicore/protocol': '1' },
    };
    for (const [folder, manifest] of Object.entries({ server, protocol, client }))
      write(`${folder}/package.json`, JSON.stringify(manifest));
    const complaints = (code: string) => {
      write('client/src/sdk/file.tsx', code);
      return boundaryErrors(root, ['server', 'protocol', 'client'], ['client/src/sdk/file.tsx']);
    };
    for (const code of [
      `import { x } from '${name}';`,
      `export const x = () => import('${name}');`,
      `import '${name}';`,
      `import { type X, x } from '${name}';`,
      `export * from '${name}';`,
    ])
      expect(complaints(code)).toEqual([expect.stringContaining('types only')]);
    for (const code of [`import type { X } from '${name}';`, `export type { X } from '${name}';`])
      expect(complaints(code)).toEqual([]);
  },
);
