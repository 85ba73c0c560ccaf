// Reads a PDU octet by octet. Failure is sticky: after the first one every read gives zeros, so that the decoder needs one check at
// its end, never throws and never loops on what a stranger sent.

import type { ErrorCode } from "../base/index.ts";
import type { PduWarning } from "./pdu.ts";

export interface CursorFailure {
  readonly code: ErrorCode;
  readonly message: string;
}

const EMPTY = new Uint8Array(0);

export class Cursor {
  readonly #octets: Uint8Array;
  readonly #warnings: PduWarning[] = [];
  #at = 0;
  #failure: CursorFailure | null = null;

  constructor(octets: Uint8Array) {
    this.#octets = octets;
  }

  get failure(): CursorFailure | null {
    return this.#failure;
  }

  get warnings(): readonly PduWarning[] {
    return this.#warnings;
  }

  /** Octets not read yet; 0 after a failure. */
  get left(): number {
    return this.#failure === null ? this.#octets.length - this.#at : 0;
  }

  /** True where only 0xFF is left: what a SIM record holds after its message. */
  get onlyPaddingLeft(): boolean {
    return this.#octets.subarray(this.#at).every((octet) => octet === 0xff);
  }

  /** Records the first failure; later ones are its consequences. */
  fail(code: ErrorCode, message: string): void {
    this.#failure ??= { code, message };
  }

  /** Records a warning once. */
  warn(warning: PduWarning): void {
    if (!this.#warnings.includes(warning)) this.#warnings.push(warning);
  }

  /** The next octet. `what` names its field in the error when the PDU ends before it. */
  octet(what: string): number {
    return this.#reserve(1, what) ? (this.#octets[this.#at - 1] ?? 0) : 0;
  }

  /** The next `count` octets (a view); empty when the PDU ends before their end. */
  take(count: number, what: string): Uint8Array {
    return this.#reserve(count, what) ? this.#octets.subarray(this.#at - count, this.#at) : EMPTY;
  }

  #reserve(count: number, what: string): boolean {
    if (this.left < count) {
      this.fail("pdu.truncated", `the PDU ends in its ${what} (it has ${this.#octets.length} octets)`);
      return false;
    }
    this.#at += count;
    return true;
  }
}
