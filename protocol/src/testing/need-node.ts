/** Tests of the protocol that cannot run in a browser, and why. All other tests run in Node and in a browser. */
export const NEED_NODE: readonly string[] = [
  // Reads PROTOCOL.md.
  'wire/protocol-doc.test.ts',
  // Compares fflate with Node's zlib.
  'node/deflaters.test.ts',
  // Starts another process.
  'sim/world/process.test.ts',
];
