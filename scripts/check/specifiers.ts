/** Which modules a source file names, in every form that the language has. */
import { parseAst } from 'vite';

export interface Specifier {
  /** Undefined where the name is computed. */
  readonly name: string | undefined;
  /** Whether only types are taken from it, so that nothing is loaded. */
  readonly isType: boolean;
  /** Biome finds no circle through what is unseen. */
  readonly form: 'import' | 'unseen' | 'call' | 'path';
}

/** Calls whose first argument names a module. */
const LOADERS =
  /^(vi(test)?\.(mock|doMock|unmock|importActual|importMock)|import\.meta\.(resolve|glob)|require(\.resolve)?|createRequire\(\))$/;
/** Comments that name one: `/// <reference path="…">`, and for plain JavaScript `@type {import('…')}`. */
const COMMENTS = /^\s*\/\/\/\s*<reference\s+path=["']([^"']+)|@\w+\s.*(?:import\(|from )["']([^"']+)/gm;

export function specifiers(file: string, code: string): Specifier[] {
  const found: Specifier[] = [];
  const isLoader = (name: string) => LOADERS.test(name) || code.includes(`const ${name} = createRequire(`);
  visit(file, code, (node, type) => {
    const isType = node.importKind === 'type' || node.exportKind === 'type' || type === 'TSImportType';
    const [first, second] = Array.isArray(node.arguments) ? node.arguments : [];
    const callee = nameOf(node.callee);
    if (/^(Import|Export).*Declaration$/.test(type) && node.source) add(node.source, 'import', isType);
    if (type === 'ImportExpression') add(node.source, 'quasis' in Object(node.source) ? 'unseen' : 'call');
    if (type === 'TSImportType') add(node.source ?? node.argument, 'unseen', true);
    if (type === 'TSExternalModuleReference') add(node.expression, 'import');
    if (type === 'CallExpression' && isLoader(callee)) add(first, 'call');
    // new URL('./main.ts', import.meta.url), and new Worker('./main.ts').
    const isPath = nameOf(second) === 'import.meta.url' || callee.endsWith('Worker');
    if (type === 'NewExpression' && isPath && text(first)) add(first, 'path');
  });
  function add(node: unknown, form: Specifier['form'], isType = false): void {
    found.push({ name: text(node)?.replace(/\?.*/, ''), isType, form });
  }
  for (const [, path, type] of code.matchAll(COMMENTS)) add({ value: path ?? type }, 'path', true);
  return found;
}

/** Calls `see` with each node of a file's syntax tree, from the top to the bottom. */
export function visit(
  file: string,
  code: string,
  see: (node: Record<string, unknown>, type: string) => void,
): void {
  const descend = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const node = value as Record<string, unknown>;
    see(node, String(node.type));
    Object.values(node).forEach(descend);
  };
  const lang = file.endsWith('x') ? 'tsx' : /\.[cm]?js$/.test(file) ? 'js' : 'ts';
  descend(parseAst(code, { lang }).body);
}

/** The value of a string literal, also one in backticks. */
export function text(node: unknown): string | undefined {
  const { value, literal, quasis } = (node ?? {}) as Record<string, unknown>;
  const [only] = Array.isArray(quasis) && quasis.length === 1 ? quasis : [];
  const content = only ? only.value.cooked : (value ?? (literal as { value?: unknown } | undefined)?.value);
  return typeof content === 'string' ? content : undefined;
}

/** The name of what is called, such as `vi.mock`, or `readFile().then` for a call of what a call returns. */
export function nameOf(node: unknown): string {
  const { name, object, meta, property, callee } = (node ?? {}) as Record<string, unknown>;
  if (callee) return `${nameOf(callee)}()`;
  return (object ?? meta) ? `${nameOf(object ?? meta)}.${nameOf(property)}` : String(name);
}
