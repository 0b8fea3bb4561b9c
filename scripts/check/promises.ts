/** Promises of Node's own modules that nothing waits for: Biome does not know the types of Node. */
import { nameOf, text, visit } from './specifiers.ts';

const MODULES = /^(node:)?[a-z]+\/(promises|consumers)$/;

/** A complaint about each statement that only calls one of their functions, and handles no failure. */
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
