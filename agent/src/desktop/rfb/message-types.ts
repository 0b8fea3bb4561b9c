/** The type numbers of RFB's messages, which are the first byte of each message. */

export const ViewerMessage = {
  setPixelFormat: 0,
  setEncodings: 2,
  framebufferUpdateRequest: 3,
  keyEvent: 4,
  pointerEvent: 5,
  cutText: 6,
  enableContinuousUpdates: 150,
  /**
   * A private message, which is UniCore's extension of RFB. The interposer gives it to its owner and never sends it
   * to the server. Layout: u8 type, u8 operation, u16 zero, u32 length, then `length` bytes.
   */
  private: 197,
  fence: 248,
  xvp: 250,
  setDesktopSize: 251,
  gii: 253,
  qemu: 255,
} as const;

export const ServerMessage = {
  framebufferUpdate: 0,
  setColourMapEntries: 1,
  bell: 2,
  cutText: 3,
  endOfContinuousUpdates: 150,
  fence: 248,
} as const;

/** Number of bytes of ProtocolVersion, such as `RFB 003.008\n`. */
export const VERSION_BYTES = 12;
/** RFB's security type for connections without authentication. */
export const SECURITY_NONE = 1;
