/** Checks that the protocol runs in a browser: its tests run in one, and only the named files use Node. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NEED_NODE } from '@unicore/protocol/testing';
import { expect, test } from 'vitest';
import { ROOT } from '../../lib/paths.ts';

const SOURCE = join(ROOT, 'protocol/src');
/** The only files that may use Node: one entry of the package, and the file through which tests load it. */
const FOR_NODE = ['node/zlib.ts', 'testing/deflaters.ts'];
/** Matches uses of Node that do not exist in a browser. `typeof process` is allowed. */
const OF_NODE = /'node:|require\(|\bBuffer\.\w|node\/index\.ts'/;

const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.ts'),
);
const needNode = files.filter((name) => OF_NODE.test(readFileSync(join(SOURCE, name), 'utf8')));

test('nothing of the protocol needs Node but one subpath', () => {
  expect(needNode.filter((name) => !name.endsWith('.test.ts')).sort()).toEqual(FOR_NODE);
});

test('every test of the protocol that needs no Node runs in the browser', () => {
  expect(needNode.filter((name) => name.endsWith('.test.ts')).sort()).toEqual([...NEED_NODE].sort());
});
