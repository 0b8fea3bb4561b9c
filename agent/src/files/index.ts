/** Reads and writes small JSON files. A crash does not damage these files. */
export { codeOf, makeDir, readJson, writeAtomic, writeJson } from './json.ts';
export { LatestFile } from './latest-file.ts';
