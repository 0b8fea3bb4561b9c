/** Which modules a source file names, in every form that the language has. */
import { parseAst } from 'vite';

export interface Specifier {
  /** Undefined where the name is computed. */
  readonly name: string | undefined;
  /** Whether only types are taken from it, so that nothing is loaded. */
  readonly isType: boolean;
  readonly form: 'import' | 'type by import()' | 'call' | 'path';
}

/** Calls whose first argument names a module. */
const LOADERS =
  /^(vi\.(mock|doMock|unmock|importActual|importMock)|import\.meta\.(resolve|glob)|require(\.resolve)?)$/;

export function specifiers(file: string, code: string): Specifier[] {
  const found: Specifier[] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const node = value as Record<string, unknown>;
    const type = String(node.type);
    const isType = node.importKind === 'type' || node.exportKind === 'type' || type === 'TSImportType';
    const [first, second] = Array.isArray(node.arguments) ? node.arguments : [];
    if (/^(Import|Export).*Declaration$/.test(type) && node.source) add(node.source, 'import', isType);
    if (type === 'ImportExpression') add(node.source, 'call');
    if (type === 'TSImportType') add(node.source ?? node.argument, 'type by import()', true);
    if (type === 'TSExternalModuleReference') add(node.expression, 'import');
    if (type === 'CallExpression' && LOADERS.test(nameOf(node.callee))) add(first, 'call');
    // new URL('./main.ts', import.meta.url), and new Worker('./main.ts').
    if (type === 'NewExpression' && (second || nameOf(node.callee) === 'Worker') && text(first))
      add(first, 'path');
    Object.values(node).forEach(visit);
  };
  function add(node: unknown, form: Specifier['form'], isType = false): void {
    found.push({ name: text(node)?.replace(/\?.*/, ''), isType, form });
  }
  const lang = file.endsWith('x') ? 'tsx' : /\.[cm]?js$/.test(file) ? 'js' : 'ts';
  visit(parseAst(code, { lang }).body);
  return found;
}

/** The value of a string literal, also one in backticks. */
function text(node: unknown): string | undefined {
  const { value, literal, quasis } = (node ?? {}) as Record<string, unknown>;
  const [only] = Array.isArray(quasis) && quasis.length === 1 ? quasis : [];
  const content = only ? only.value.cooked : (value ?? (literal as { value?: unknown } | undefined)?.value);
  return typeof content === 'string' ? content : undefined;
}

function nameOf(node: unknown): string {
  const { name, object, meta, property } = (node ?? {}) as Record<string, unknown>;
  return (object ?? meta) ? `${nameOf(object ?? meta)}.${nameOf(property)}` : String(name);
}
