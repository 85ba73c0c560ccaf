// What the web server stores of secrets that it must read back: sealed by whoever holds the box's storage key.

export interface SecretBox {
  /** Text for a setting. `purpose` separates uses: what was sealed for one is not opened for another. */
  seal(purpose: string, secret: Uint8Array): string;
  /** Errors: those of the envelope when it was changed, or sealed under another key. */
  open(purpose: string, sealed: string): Uint8Array;
}
