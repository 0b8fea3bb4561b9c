/** Bytes for tests: text as a terminal has it, and a fast comparison. */

/** Bytes that look like a terminal's output: most runs repeat earlier ones, and some never do. */
export function text(size: number, seed: number): Uint8Array {
  let state = seed + 1;
  const random = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) % below;
  };
  const out = new Uint8Array(size);
  for (let at = 0; at < size; ) {
    const length = Math.min(size - at, 1 + random(300));
    const from = random(3) > 0 ? random(at) : at;
    for (let i = 0; i < length; i++) out[at + i] = from + i < at ? out[from + i]! : random(256);
    at += length;
  }
  return out;
}

/** Compares two byte arrays; toEqual is slow with long ones. */
export function same(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, i) => byte === other[i]);
}

export function joined(one: Uint8Array, other: Uint8Array): Uint8Array {
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}
