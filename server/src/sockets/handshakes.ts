/** Maximum number of sockets per client address whose peers have not yet identified themselves. */
const PER_ADDRESS = 64;
/**
 * Maximum number of sockets from all addresses whose peers have not yet identified themselves. The hub closes
 * such a socket after at most 5 s.
 */
const IN_ALL = 2_000;

export class Handshakes {
  readonly #pending = new Map<string, number>();
  #total = 0;

  /**
   * Counts a new handshake of this address. Returns undefined if too many handshakes are pending. Otherwise
   * the caller must call the returned function once, when the handshake has succeeded or failed.
   */
  begin(address: string): (() => void) | undefined {
    const mine = this.#pending.get(address) ?? 0;
    if (mine >= PER_ADDRESS || this.#total >= IN_ALL) return undefined;
    this.#pending.set(address, mine + 1);
    this.#total++;
    let over = false;
    return () => {
      if (over) return;
      over = true;
      this.#total--;
      const left = this.#pending.get(address)! - 1;
      if (left === 0) this.#pending.delete(address);
      else this.#pending.set(address, left);
    };
  }
}
