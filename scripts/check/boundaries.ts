/** What Biome can't say about imports: which files may import which, between workspaces and between folders. */
import { readFileSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';
import { type Specifier, specifiers } from './specifiers.ts';

/** A workspace's package.json, and its folder. */
interface Workspace {
  readonly name: string;
  readonly folder: string;
  readonly exports?: unknown;
  readonly dependencies?: object;
  readonly devDependencies?: object;
}

const SOURCE = /\.([cm]?[jt]s|[jt]sx)$/;
/**
 * Commands load single files of a folder. Through an index, each command would also load, for example, Docker's client.
 */
const WITHOUT_INDEX = /^scripts\//;
const TEST = /\.(suite|([a-z]+-)?test)\.[jt]sx?$/;
const TEST_SUPPORT = /(^|\/)(testing|fixtures)\/|^scripts\/tests\//;
const PROVING = /^scripts\/(bench|chaos|fuzz|check)[/.]|(^|\/)vitest\.[a-z.]*config\.ts$/;
/** Libraries that only these folders of the protocol may use. */
const KEPT_IN = { zod: /^protocol\/src\/(control|api)\//, birpc: /^protocol\/src\/control\// };
/**
 * Packages from which the page and the SDK may import types only. A value would bring zod, or the hub, into the page.
 */
const TYPES_ONLY = /^@unicore\/(protocol\/(api|control)|server(\/.*)?)$/;

/**
 * Returns a sentence for each wrong import in these files (paths from `root`), and for each wrong entry of a package.
 */
export function boundaryErrors(root: string, folders: readonly string[], files: readonly string[]): string[] {
  const read = (path: string) => readFileSync(join(root, path), 'utf8');
  const workspaces = folders.map(
    (folder): Workspace => ({ ...JSON.parse(read(`${folder}/package.json`)), folder }),
  );
  const errors = workspaces.flatMap(exportErrors);
  for (const file of files.filter((path) => SOURCE.test(path))) {
    for (const specifier of specifiers(file, read(file))) {
      const error = importError(file, specifier, workspaces);
      if (error) errors.push(`${file}: '${specifier.name ?? '…'}': ${error}`);
    }
  }
  return errors;
}

function exportErrors(workspace: Workspace): string[] {
  return entriesOf(workspace)
    .filter(([entry, target]) => /\*|\.\.|^\.\/src(\/|$)/.test(entry) || /\*|\.\.|\/$/.test(target))
    .map(
      ([entry]) => `${workspace.folder}/package.json: exports '${entry}': name one file of this workspace`,
    );
}

/** Returns the entries of a package with the file of each, for all conditions. */
function entriesOf({ exports }: Workspace): [entry: string, target: string][] {
  const targets = (value: unknown): string[] =>
    typeof value === 'string' ? [value] : Object.values(value ?? {}).flatMap(targets);
  const entries = typeof exports === 'string' ? { '.': exports } : (exports ?? {});
  return Object.entries(entries).flatMap(([entry, to]) =>
    targets(to).map((path): [string, string] => [entry, path]),
  );
}

function importError(file: string, specifier: Specifier, all: readonly Workspace[]): string | undefined {
  const { name, isType, form } = specifier;
  const isTest = TEST.test(file) || TEST_SUPPORT.test(file);
  const isProduct = !isTest && !PROVING.test(file);
  if (name === undefined)
    return isProduct && form === 'call' ? 'name the module by a plain string' : undefined;
  const home = all.find(({ folder }) => file.startsWith(`${folder}/`));
  for (const [library, place] of Object.entries(KEPT_IN)) {
    const isIt = name === library || name.startsWith(`${library}/`);
    if (isIt && isProduct && file.startsWith('protocol/src/') && !place.test(file))
      return `not in ${dirname(file)}`;
  }
  if (/^file:|node_modules/.test(name) || (name.startsWith('/') && form !== 'path'))
    return 'import it by the name of its package';
  if (!name.startsWith('.')) {
    const owner = all.find((one) => name === one.name || name.startsWith(`${one.name}/`));
    if (!owner || !home || owner === home) return undefined;
    const entry = `.${name.slice(owner.name.length)}`;
    const target = entriesOf(owner).find(([known]) => known === entry)?.[1];
    if (target === undefined) return `${owner.folder}/package.json exports no ${entry}`;
    if (!(owner.name in { ...home.dependencies, ...home.devDependencies }))
      return `${home.folder}/package.json does not depend on it`;
    if (isProduct && home.folder === 'client' && TYPES_ONLY.test(name) && !isType) return 'import types only';
    return isProduct && TEST_SUPPORT.test(target) ? FROM_TESTING : undefined;
  }
  const target = normalize(join(dirname(file), name));
  const owner = all.find(({ folder }) => target.startsWith(`${folder}/`));
  if (!owner) return undefined;
  if (owner !== home) return `import ${owner.name} by one of its entries`;
  if (isProduct && (TEST_SUPPORT.test(target) || TEST.test(target))) return FROM_TESTING;
  if (TEST_SUPPORT.test(target) || TEST_SUPPORT.test(file) || WITHOUT_INDEX.test(target)) return undefined;
  const isInside = `${dirname(file)}/`.startsWith(`${dirname(target)}/`);
  const isEntry = entriesOf(owner).some(([, path]) => normalize(join(owner.folder, path)) === target);
  const isData = /\.[a-z]+$/.test(target) && !SOURCE.test(target);
  if (!isInside && !isEntry && !isData && basename(target) !== 'index.ts')
    return `import ${dirname(target)}/index.ts`;
  return form === 'type by import()' ? 'import the type at the top: Biome finds no circle here' : undefined;
}

const FROM_TESTING = 'product code imports nothing from testing/';
