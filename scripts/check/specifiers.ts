/** Finds all modules that a source file refers to, by `import`, `require`, `new URL` and similar forms. */
import { parseAst } from 'vite';

export interface Specifier {
  /** Name of the module. Undefined if the code computes the name at run time. */
  readonly name: string | undefined;
  /** True if only types are imported from the module, so that nothing is loaded at run time. */
  readonly isType: boolean;
  /** How the code refers to the module. Biome ignores 'unseen' references when it looks for import cycles. */
  readonly form: 'import' | 'unseen' | 'call' | 'path';
}

/** Matches functions whose first argument is the name of a module. */
const LOADERS =
  /^(vi(test)?\.(mock|doMock|unmock|importActual|importMock)|import\.meta\.(resolve|glob)|require(\.resolve)?|createRequire\(\))$/;
/** Matches `/// <reference path="…">`, and `@type {import('…')}` in comments of JavaScript files. */
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
    // A file can also be referred to by `new URL('./main.ts', import.meta.url)` or `new Worker('./main.ts')`.
    const isPath = nameOf(second) === 'import.meta.url' || callee.endsWith('Worker');
    if (type === 'NewExpression' && isPath && text(first)) add(first, 'path');
  });
  function add(node: unknown, form: Specifier['form'], isType = false): void {
    found.push({ name: text(node)?.replace(/\?.*/, ''), isType, form });
  }
  for (const [, path, type] of code.matchAll(COMMENTS)) add({ value: path ?? type }, 'path', true);
  return found;
}

/** Calls `see` for each node of the file's syntax tree, each parent before its children. */
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

/** Returns the value of a string literal, or of a template literal without placeholders. */
export function text(node: unknown): string | undefined {
  const { value, literal, quasis } = (node ?? {}) as Record<string, unknown>;
  const [only] = Array.isArray(quasis) && quasis.length === 1 ? quasis : [];
  const content = only ? only.value.cooked : (value ?? (literal as { value?: unknown } | undefined)?.value);
  return typeof content === 'string' ? content : undefined;
}

/**
 * Returns the name of a called function, such as `vi.mock`. In a chain of calls, the name contains the
 * earlier calls, as in `readFile().then`.
 */
export function nameOf(node: unknown): string {
  const { name, object, meta, property, callee } = (node ?? {}) as Record<string, unknown>;
  if (callee) return `${nameOf(callee)}()`;
  return (object ?? meta) ? `${nameOf(object ?? meta)}.${nameOf(property)}` : String(name);
}
