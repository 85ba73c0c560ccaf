// A renter's folder in a browser: files as pieces in IndexedDB, one object store for all folders of a database; the lock is a Web Lock,
// which the browser takes back from a tab that is closed. Each call is one transaction: it happens as a whole or not at all.

import { concatBytes, wrapError } from "../base/index.ts";
import type { AsyncDisposer, Folder } from "./folder.ts";

export interface DatabaseFolderPorts {
  readonly databases: IDBFactory;
  readonly locks: LockManager;
  /** Name of the database. */
  readonly database: string;
}

const STORE = "pieces";

/** A file's pieces by the place of their first byte. */
type PieceKey = [folder: string, name: string, offset: number];

function failed(path: string): (cause: unknown) => never {
  return (cause) => {
    const reason = cause instanceof DOMException ? cause.name : "unknown";
    throw wrapError(cause, "renter.state_io", `the browser could not keep ${path}: ${reason}`, {
      hint: "Let this site keep data, and see that the disk has room.",
      context: { reason },
    });
  };
}

const answered = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

function openDatabase({ databases, database }: DatabaseFolderPorts): Promise<IDBDatabase> {
  const request = databases.open(database, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE);
  return answered(request);
}

function bytesOf(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new DOMException("no bytes", "DataError");
}

function offsetOf(key: IDBValidKey): number {
  const offset = Array.isArray(key) ? key[2] : undefined;
  if (typeof offset === "number") return offset;
  throw new DOMException("no piece", "DataError");
}

class DatabaseFolder implements Folder {
  readonly path: string;
  readonly #database: IDBDatabase;
  readonly #ports: DatabaseFolderPorts;

  constructor(path: string, database: IDBDatabase, ports: DatabaseFolderPorts) {
    this.path = path;
    this.#database = database;
    this.#ports = ports;
  }

  read(name: string): Promise<Uint8Array | null> {
    return this.#with(name, "readonly", async (store) => {
      const pieces = await answered<unknown[]>(store.getAll(this.#range(name)));
      return pieces.length === 0 ? null : concatBytes(...pieces.map(bytesOf));
    });
  }

  async replace(name: string, bytes: Uint8Array): Promise<void> {
    await this.#with(name, "readwrite", async (store) => {
      store.delete(this.#range(name));
      store.put(bytes.slice(), this.#key(name, 0));
    });
  }

  async append(name: string, bytes: Uint8Array): Promise<void> {
    await this.#with(name, "readwrite", async (store) => {
      const last = await answered(store.openCursor(this.#range(name), "prev"));
      const end = last === null ? 0 : offsetOf(last.key) + bytesOf(last.value).length;
      // A piece of nothing at this place would share its key with the next.
      store.put(bytes.slice(), this.#key(name, end));
    });
  }

  async truncate(name: string, size: number): Promise<void> {
    await this.#with(name, "readwrite", async (store) => {
      // A range that ends where it begins is none.
      const before = size === 0 ? null : await answered(store.openCursor(this.#range(name, 0, size), "prev"));
      store.delete(this.#range(name, size));
      if (before === null) store.put(new Uint8Array(0), this.#key(name, 0));
      else {
        const at = offsetOf(before.key);
        store.put(bytesOf(before.value).slice(0, size - at), this.#key(name, at));
      }
    });
  }

  lock(): Promise<AsyncDisposer | null> {
    const { locks, database } = this.#ports;
    return new Promise((resolve, reject) => {
      const held = locks.request(lockName(database, this.path), { ifAvailable: true }, (lock) => {
        if (lock === null) return resolve(null);
        return new Promise<void>((release) =>
          resolve(async () => {
            release();
            await held;
          }),
        );
      });
      held.catch(reject);
    });
  }

  #key(name: string, offset: number): PieceKey {
    return [this.path, name, offset];
  }

  /** Pieces that begin at `from` or later, and before `to`. */
  #range(name: string, from = 0, to = Number.POSITIVE_INFINITY): IDBKeyRange {
    return IDBKeyRange.bound(this.#key(name, from), this.#key(name, to), false, true);
  }

  /** Resolves once the transaction is on the disk. */
  #with<T>(name: string, mode: IDBTransactionMode, work: (store: IDBObjectStore) => Promise<T>): Promise<T> {
    const done = async (): Promise<T> => {
      const transaction = this.#database.transaction(STORE, mode, { durability: "strict" });
      const complete = new Promise<void>((resolve, reject) => {
        transaction.oncomplete = () => resolve();
        transaction.onabort = () => reject(transaction.error ?? new DOMException("aborted", "AbortError"));
      });
      const [result] = await Promise.all([work(transaction.objectStore(STORE)), complete]);
      return result;
    };
    return done().catch(failed(`${this.path}/${name}`));
  }
}

const lockName = (database: string, path: string): string => `${database}/${path}`;

/** Opens folders of one database, creating it. Rejects with `renter.state_io`. */
export async function openDatabaseFolders(ports: DatabaseFolderPorts): Promise<(path: string) => Promise<Folder>> {
  const database = await openDatabase(ports).catch(failed(ports.database));
  return async (path) => new DatabaseFolder(path, database, ports);
}

/** Resolves when nobody has the lock of this folder, for a moment at least. Rejects on abort. */
export async function lockFreed(ports: DatabaseFolderPorts, path: string, signal: AbortSignal): Promise<void> {
  await ports.locks.request(lockName(ports.database, path), { signal }, () => {});
}
