/** Lists of CDP methods in which `*` stands for any letters. */

/** Returns a test for whether a method is in the list. CDP's names are case-sensitive. */
export function methodMatcher(patterns: readonly string[]): (method: string) => boolean {
  // Only letters, dots and stars occur in the patterns.
  const sources = patterns.map((pattern) => pattern.replaceAll('.', '\\.').replaceAll('*', '\\w*'));
  const all = new RegExp(`^(?:${sources.join('|')})$`);
  return (method) => all.test(method);
}
