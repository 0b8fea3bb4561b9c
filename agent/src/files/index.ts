/** Small JSON files that survive a crash. */
export { codeOf, makeDir, readJson, writeAtomic, writeJson } from './json.ts';
export { LatestFile } from './latest-file.ts';
