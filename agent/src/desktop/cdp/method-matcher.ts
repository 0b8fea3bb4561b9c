/** Matches CDP methods against lists in which `*` stands for any letters. */

/** Returns a function that checks whether a method is in the list. Names of CDP are case-sensitive. */
export function methodMatcher(patterns: readonly string[]): (method: string) => boolean {
  // The patterns contain only letters, dots and `*`.
  const sources = patterns.map((pattern) => pattern.replaceAll('.', '\\.').replaceAll('*', '\\w*'));
  const all = new RegExp(`^(?:${sources.join('|')})$`);
  return (method) => all.test(method);
}
