/** The exact bytes that a terminal receives from `seq 1 1000000`. */
export function million(): Buffer {
  return Buffer.from(Array.from({ length: 1_000_000 }, (_, index) => `${index + 1}\r\n`).join(''));
}
