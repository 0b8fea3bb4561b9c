/**
 * A two-way byte stream. The client-side end and the server-side end of the benchmark use every transport
 * through this interface.
 */
export interface Stream {
  /** Sends a few bytes, and ignores back-pressure. */
  send(bytes: Uint8Array): void;
  /**
   * Sends the byte arrays that next() returns, as fast as back-pressure allows, until next() returns
   * undefined. Only one call may run at a time.
   */
  pour(next: () => Uint8Array | undefined): void;
  onData(listener: (bytes: Uint8Array) => void): void;
}
