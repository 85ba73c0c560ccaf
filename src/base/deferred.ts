// A promise with its handles outside, settled at most once.

export interface Deferred<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  reject(reason: unknown): void;
}

export function deferred<T>(): Deferred<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  // A rejection that nobody awaited yet must not end the process: the owner still holds the promise.
  promise.catch(() => {});
  return { promise, resolve, reject };
}
