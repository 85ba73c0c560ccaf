// The folder that keeps a renter's state, as a port: a folder on a disk, or a database of the browser. What these methods resolve for has
// reached the disk; a crash leaves the old file or the new one, and at most the last append torn.

export interface Folder {
  /** For messages to the reader. */
  readonly path: string;
  /** The whole file, or null when there is none. */
  read(name: string): Promise<Uint8Array | null>;
  /** Replaces the whole file or leaves the old one. Durable on return. */
  replace(name: string, bytes: Uint8Array): Promise<void>;
  /** Writes at the end of the file, creating it. Durable on return; a crash may leave a part of `bytes`. */
  append(name: string, bytes: Uint8Array): Promise<void>;
  /** Cuts the file to `size` bytes. */
  truncate(name: string, size: number): Promise<void>;
  /** Takes the folder for this process; null when another living process has it. The disposer gives it back. */
  lock(): Promise<AsyncDisposer | null>;
}

export type AsyncDisposer = () => Promise<void>;
