/** A stream of bytes in both directions, over any carrier. The two ends of every measurement use it. */
export interface Stream {
  /** Sends a few bytes, without waiting for room. */
  send(bytes: Uint8Array): void;
  /**
   * Sends one piece after the other as fast as they are taken, until next() returns undefined. Only one pour may run.
   */
  pour(next: () => Uint8Array | undefined): void;
  onData(listener: (bytes: Uint8Array) => void): void;
}
