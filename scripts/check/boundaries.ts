/** Checks rules about imports between workspaces and between folders that Biome can't express. */
import { readFileSync } from 'node:fs';
import { basename, dirname, join, normalize, relative } from 'node:path';
import { type Specifier, specifiers } from './specifiers.ts';

/** The fields of a workspace's package.json that the check reads, and the workspace's folder. */
interface Workspace {
  readonly name: string;
  readonly folder: string;
  readonly exports?: unknown;
  readonly dependencies?: object;
  readonly devDependencies?: object;
}

export const SOURCE = /\.([cm]?[jt]s|[jt]sx)$/;
/** Files of scripts/ are imported directly. An index.ts would make commands load unused libraries. */
const WITHOUT_INDEX = /^scripts\//;
const FOR_TESTS = /\.(suite|([a-z]+-)?test)\.[cm]?[jt]sx?$|(^|\/)(testing|fixtures)(\/|$)|^scripts\/tests\//;
const FROM_TESTING = 'product code imports nothing from testing/';
const PROVING = /^scripts\/(bench|chaos|fuzz|check)[/.]|(^|\/)vitest\.[a-z.]*config\.ts$/;
/** Maps each restricted library to the only folders of protocol/src that may import it. */
const KEPT_IN: Record<string, string[]> = { zod: ['control', 'api'], birpc: ['control'] };
/** Matches the names `WORKSPACE PACKAGE` if the workspace may not depend on this package of the project. */
const UNWANTED = /^(protocol|server|agent|client(?! @unicore\/server$)) @unicore\/(?!protocol$)/;
/** The client imports only types from these packages: values would bring zod or hub code into the browser. */
const TYPES_ONLY = /^@unicore\/(protocol\/(api|control)|server(\/.*)?)$/;

/** Returns one error message for each violation in these files and packages. Paths are relative to `root`. */
export function boundaryErrors(root: string, folders: readonly string[], files: readonly string[]): string[] {
  const read = (path: string) => readFileSync(join(root, path), 'utf8');
  const workspaces = folders.map(
    (folder): Workspace => ({ ...JSON.parse(read(`${folder}/package.json`)), folder }),
  );
  const errors = workspaces.flatMap(manifestErrors);
  for (const file of files.filter((path) => SOURCE.test(path))) {
    for (const specifier of specifiers(file, read(file))) {
      const error = importError(file, specifier, workspaces);
      if (error) errors.push(`${file}: '${specifier.name ?? '…'}': ${error}`);
    }
  }
  return errors;
}

function manifestErrors(workspace: Workspace): string[] {
  const { folder, dependencies, devDependencies } = workspace;
  const entries = entriesOf(workspace)
    .filter(([entry, target]) => /\*|\.\.|^\.\/src(\/|$)/.test(entry) || /\*|\.\.|\/$/.test(target))
    .map(([entry]) => `${folder}/package.json: exports '${entry}': name one file of this workspace`);
  const needs = Object.keys({ ...dependencies, ...devDependencies })
    .filter((name) => UNWANTED.test(`${folder} ${name}`))
    .map((name) => `${folder}/package.json: may not depend on ${name}`);
  return [...entries, ...needs];
}

/** Returns a pair of entry and file for each target in the `exports` field of a package.json. */
function entriesOf({ exports }: Workspace) {
  const targets = (value: unknown): string[] =>
    typeof value === 'string' ? [value] : Object.values(value ?? {}).flatMap(targets);
  const entries = typeof exports === 'string' ? { '.': exports } : (exports ?? {});
  return Object.entries(entries).flatMap(([entry, to]) => targets(to).map((path) => [entry, path] as const));
}

function importError(file: string, specifier: Specifier, all: readonly Workspace[]): string | undefined {
  const { name, isType, form } = specifier;
  const isProduct = !FOR_TESTS.test(file) && !PROVING.test(file);
  if (name === undefined) return isProduct ? 'name it by a plain string' : undefined;
  const home = all.find(({ folder }) => file.startsWith(`${folder}/`));
  const places = isProduct && home?.folder === 'protocol' && KEPT_IN[name.split('/')[0]!];
  if (places && !places.some((place) => file.startsWith(`protocol/src/${place}/`)))
    return `not in ${dirname(file)}`;
  if (/^(file:|#)|node_modules/.test(name) || (name.startsWith('/') && form !== 'path'))
    return 'import it by the name of its package, or by its path in the workspace';
  if (!name.startsWith('.')) {
    const owner = all.find((one) => name === one.name || name.startsWith(`${one.name}/`));
    if (!owner) return undefined;
    if (owner === home) return 'import a file of the same workspace by its path';
    const entry = `.${name.slice(owner.name.length)}`;
    const targets = entriesOf(owner).filter(([known]) => known === entry);
    if (targets.length === 0) return `${owner.folder}/package.json exports no ${entry}`;
    if (home && !(owner.name in { ...home.dependencies, ...home.devDependencies }))
      return `${home.folder}/package.json does not depend on it`;
    if (isProduct && home?.folder === 'client' && TYPES_ONLY.test(name) && !isType)
      return 'import types only';
    return isProduct && targets.some(([, path]) => FOR_TESTS.test(path)) ? FROM_TESTING : undefined;
  }
  const target = normalize(join(dirname(file), name));
  const owner = all.find(({ folder }) => `${target}/`.startsWith(`${folder}/`));
  if (!owner) return undefined;
  if (owner !== home) return `import ${owner.name} by one of its entries`;
  if (isProduct && FOR_TESTS.test(target)) return FROM_TESTING;
  if (form === 'unseen') return 'import it at the top, or name it in quotes: Biome finds no circle here';
  if (FOR_TESTS.test(target) || FOR_TESTS.test(dirname(file)) || WITHOUT_INDEX.test(target)) return undefined;
  const isAbove = (folder: string) => !relative(folder, file).startsWith('..');
  let folder = dirname(target);
  while (!isAbove(dirname(folder))) folder = dirname(folder);
  const isIndex = basename(target) === 'index.ts' && (form === 'call' || dirname(target) === folder);
  const isEntry = entriesOf(owner).some(([, path]) => normalize(join(owner.folder, path)) === target);
  const isData = /\.[a-z]+$/.test(target) && !SOURCE.test(target);
  return isAbove(dirname(target)) || isIndex || isEntry || isData ? undefined : `import ${folder}/index.ts`;
}
