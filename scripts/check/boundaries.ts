/** What Biome can't say about imports: which files may import which, between workspaces and between folders. */
import { readFileSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';
import { parseAst } from 'vite';

/** A workspace's package.json, and its folder. */
interface Workspace {
  readonly name: string;
  readonly folder: string;
  readonly exports: Readonly<Record<string, string>>;
  readonly dependencies?: object;
  readonly devDependencies?: object;
}

/** Commands load single files of a folder: an index would load Docker's client, say, for each of them. */
const WITHOUT_INDEX = /^scripts\//;
const TEST_SUPPORT = /(^|\/)(testing|tests|fixtures)\//;
const PROVING = /\.(suite|([a-z]+-)?test)\.tsx?$|^scripts\/(bench|chaos|fuzz|check)|vitest\.config\.ts$/;
const FROM_TESTING = 'product code imports nothing from testing/';
/** Calls whose first argument names a module. */
const LOADERS = /^(vi|import\.meta|require)\.(mock|doMock|importActual|importMock|resolve)$|^require$/;

/** The complaints about these files (paths from `root`), a sentence each. */
export function boundaryErrors(root: string, folders: readonly string[], files: readonly string[]): string[] {
  const read = (path: string) => readFileSync(join(root, path), 'utf8');
  const workspaces = folders.map(
    (folder): Workspace => ({ exports: {}, ...JSON.parse(read(`${folder}/package.json`)), folder }),
  );
  const errors = workspaces.flatMap(exportErrors);
  for (const file of files.filter((path) => /\.([cm]?ts|tsx|[cm]?js|jsx)$/.test(path))) {
    for (const name of specifiers(file, read(file))) {
      const error = importError(file, name, workspaces);
      if (error) errors.push(`${file}: '${name}': ${error}`);
    }
  }
  return errors;
}

function exportErrors({ folder, exports }: Workspace): string[] {
  return Object.entries(exports)
    .filter(([entry, target]) => /\*|\.\.|^\.\/src\//.test(entry) || /\*|\.\./.test(target))
    .map(
      ([entry]) =>
        `${folder}/package.json: exports '${entry}': name one file of this workspace, without * or ..`,
    );
}

function importError(file: string, specifier: string, workspaces: readonly Workspace[]): string | undefined {
  const home = workspaces.find(({ folder }) => file.startsWith(`${folder}/`));
  const isProduct = !PROVING.test(file) && !TEST_SUPPORT.test(file);
  if (!specifier.startsWith('.')) {
    const owner = workspaces.find(({ name }) => specifier === name || specifier.startsWith(`${name}/`));
    const entry = owner && `.${specifier.slice(owner.name.length)}`;
    if (!owner || !entry) return undefined;
    if (!(entry in owner.exports)) return `${owner.folder}/package.json exports no ${entry}`;
    const known = { ...home?.dependencies, ...home?.devDependencies };
    if (home && home !== owner && !(owner.name in known))
      return `${home.folder}/package.json does not depend on it`;
    return isProduct && entry.startsWith('./testing') ? FROM_TESTING : undefined;
  }
  const target = normalize(join(dirname(file), specifier));
  const owner = workspaces.find(({ folder }) => target.startsWith(`${folder}/`));
  if (!owner) return undefined;
  if (owner !== home) return `import ${owner.name} by one of its entries`;
  if (isProduct && TEST_SUPPORT.test(target)) return FROM_TESTING;
  if (TEST_SUPPORT.test(target) || TEST_SUPPORT.test(file) || WITHOUT_INDEX.test(target)) return undefined;
  const isInside = `${dirname(file)}/`.startsWith(`${dirname(target)}/`);
  const isEntry = Object.values(owner.exports).includes(`./${target.slice(owner.folder.length + 1)}`);
  if (isInside || isEntry || basename(target) === 'index.ts' || !/\.tsx?$/.test(target)) return undefined;
  return `import ${dirname(target)}/index.ts`;
}

/** Every module that a file names: by import, export, import(), a type, a mock, require, or a URL beside itself. */
function specifiers(file: string, code: string): string[] {
  const found: unknown[] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const node = value as Record<string, unknown>;
    const [first, second] = Array.isArray(node.arguments) ? node.arguments : [];
    if (/^(Import|Export|TSImport|TSExternal)/.test(String(node.type)))
      found.push(node.source ?? node.expression);
    if (LOADERS.test(nameOf(node.callee)) || (node.type === 'NewExpression' && second)) found.push(first);
    Object.values(node).forEach(visit);
  };
  const lang = file.endsWith('x') ? 'tsx' : /\.[cm]?js$/.test(file) ? 'js' : 'ts';
  visit(parseAst(code, { lang }).body);
  return found.map(text).filter((name) => name !== undefined);
}

/** The value of a string literal, also one in backticks. */
function text(node: unknown): string | undefined {
  const { value, quasis } = (node ?? {}) as { value?: unknown; quasis?: { value: { cooked: string } }[] };
  const content = quasis?.length === 1 ? quasis[0]?.value.cooked : value;
  return typeof content === 'string' ? content : undefined;
}

function nameOf(node: unknown): string {
  const { name, object, meta, property } = (node ?? {}) as Record<string, unknown>;
  return (object ?? meta) ? `${nameOf(object ?? meta)}.${nameOf(property)}` : String(name);
}
