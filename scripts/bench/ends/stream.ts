/** A two-way byte stream. The benchmark's two ends use every transport (carrier) through this interface. */
export interface Stream {
  /** Sends a few bytes, and ignores back-pressure. */
  send(bytes: Uint8Array): void;
  /**
   * Sends pieces as fast as back-pressure allows, until next() returns undefined. Only one call may run at a
   * time.
   */
  pour(next: () => Uint8Array | undefined): void;
  onData(listener: (bytes: Uint8Array) => void): void;
}
