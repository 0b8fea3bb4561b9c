/** How many sockets of one address may be open without having said who they are. */
const PER_ADDRESS = 64;
/** And of all together: each is held for 5 s at most. */
const IN_ALL = 2_000;

export class Handshakes {
  readonly #pending = new Map<string, number>();
  #total = 0;

  /** Undefined when there are too many; otherwise call the result once, when the handshake is over either way. */
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
