// An append-only file of sealed records. One append is one frame: length (4 bytes, big-endian) ‖ first 8 bytes of SHA-256 over the
// sealed bytes ‖ sealed bytes. A frame that a crash left torn is the last one; it is cut off at the next opening. Damage anywhere else
// is an error: records behind it must not vanish silently.

import { AppError, type CryptoSuite, concatBytes, equalBytes, type Logger } from "../base/index.ts";
import type { Folder } from "./folder.ts";
import type { LocalSeal } from "./local-seal.ts";

export interface RecordLogOptions {
  readonly folder: Folder;
  readonly name: string;
  readonly seal: LocalSeal;
  readonly suite: CryptoSuite;
  readonly log: Logger;
  /** Bytes that are known to have reached the disk: a file that ends earlier has lost something. */
  readonly atLeast: number;
}

const HEAD = 12;
const SUM = 8;

function frameOf(options: RecordLogOptions, plain: Uint8Array): Uint8Array {
  const sealed = options.seal.seal(plain);
  const head = new Uint8Array(4);
  new DataView(head.buffer).setUint32(0, sealed.length);
  return concatBytes(head, options.suite.sha256(sealed).subarray(0, SUM), sealed);
}

interface Scan {
  readonly frames: readonly Uint8Array[];
  /** Where the last whole frame ends. */
  readonly end: number;
}

function scan(suite: CryptoSuite, bytes: Uint8Array): Scan {
  const frames: Uint8Array[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  while (bytes.length - at >= HEAD) {
    const end = at + HEAD + view.getUint32(at);
    const sealed = bytes.subarray(at + HEAD, end);
    if (end > bytes.length || !equalBytes(suite.sha256(sealed).subarray(0, SUM), bytes.subarray(at + 4, at + HEAD)))
      break;
    frames.push(sealed);
    at = end;
  }
  return { frames, end: at };
}

/**
 * Whether what lies behind the last whole frame can be one torn append: its length reaches the end of the file, or its head was
 * never written (some file systems leave zeros).
 */
function isTornTail(bytes: Uint8Array, at: number): boolean {
  if (bytes.length - at < HEAD) return true;
  const head = bytes.subarray(at, at + HEAD);
  if (head.every((byte) => byte === 0)) return true;
  const length = new DataView(head.buffer, head.byteOffset, 4).getUint32(0);
  return at + HEAD + length >= bytes.length;
}

export class RecordLog {
  readonly #options: RecordLogOptions;
  #size: number;
  /** A failed append may have left a part of itself behind `#size`. */
  #untidy = false;

  private constructor(options: RecordLogOptions, size: number) {
    this.#options = options;
    this.#size = size;
  }

  /**
   * Reads every record. With `readOnly` a torn tail stays on disk: another process may be writing it. Throws
   * `renter.inbox_corrupt`, `renter.state_io`, or what the seal throws.
   */
  static async open(
    options: RecordLogOptions,
    mode: "readOnly" | "readWrite",
  ): Promise<{ readonly records: readonly Uint8Array[]; readonly log: RecordLog }> {
    const bytes = (await options.folder.read(options.name)) ?? new Uint8Array(0);
    const { frames, end } = scan(options.suite, bytes);
    const torn = end < bytes.length;
    if (end < options.atLeast || (torn && !isTornTail(bytes, end))) throw corrupt(options, end);
    if (torn) options.log.warn("renter_torn_tail", { bytes: bytes.length - end });
    if (torn && mode === "readWrite") await options.folder.truncate(options.name, end);
    const records = frames.map((sealed) => options.seal.open(sealed));
    return { records, log: new RecordLog(options, end) };
  }

  /** Bytes of whole frames. */
  get size(): number {
    return this.#size;
  }

  /** Appends one record; durable on return. Not to be called again before it has settled. */
  async append(plain: Uint8Array): Promise<void> {
    const { folder, name } = this.#options;
    if (this.#untidy) await folder.truncate(name, this.#size);
    this.#untidy = true;
    const frame = frameOf(this.#options, plain);
    await folder.append(name, frame);
    this.#size += frame.length;
    this.#untidy = false;
  }
}

function corrupt(options: RecordLogOptions, at: number): AppError {
  return new AppError("renter.inbox_corrupt", `${options.folder.path}/${options.name} is damaged at byte ${at}`, {
    hint: "Restore the folder from a backup, or move it away and run login: the relay still has what was not acknowledged.",
    context: { at },
  });
}
