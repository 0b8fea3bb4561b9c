/**
 * Finds calls to Node's promise APIs (such as node:fs/promises) whose result nothing awaits. Biome can't find
 * them, because Biome does not know Node's types.
 */
import { nameOf, text, visit } from './specifiers.ts';

const MODULES = /^(node:)?[a-z]+\/(promises|consumers)$/;

/**
 * Returns an error for each statement that calls one of Node's promise APIs without `await` or `.catch()`.
 */
export function floatingPromises(file: string, code: string): string[] {
  const imported = new Set<string>();
  const errors: string[] = [];
  visit(file, code, (node, type) => {
    if (type === 'ImportDeclaration' && MODULES.test(text(node.source) ?? ''))
      for (const { local } of node.specifiers as { local: unknown }[]) imported.add(nameOf(local));
    const call = type === 'ExpressionStatement' ? nameOf(node.expression) : '';
    if (imported.has(/^\w+/.exec(call)?.[0] ?? '') && call.endsWith('()') && !call.endsWith('.catch()'))
      errors.push(`${file}: nothing waits for ${call}`);
  });
  return errors;
}
