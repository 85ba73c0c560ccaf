/** An unpacked Asterisk: it runs as `loader --library-path libraries program …`, with `modules` and `data` in its configuration. */
export interface AsteriskTree {
  readonly version: string;
  readonly loader: string;
  readonly libraries: string;
  readonly modules: string;
  readonly program: string;
  readonly data: string;
  /** Runs the same way. */
  readonly chronyd: string;
}

/** The newest in the cache, or null. */
export function findAsterisk(): AsteriskTree | null;

/** Brings it into the cache unless it is there; says what it does. */
export function bringAsterisk(say: (text: string) => void): boolean;

/** The machine's own mirror of Debian, and its key ring where the source names one; null when this is no Debian. */
export function debianSource(): { readonly uri: string; readonly key: string | undefined } | null;
