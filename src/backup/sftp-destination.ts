// Backups on a server by SFTP. The server is known by its key, which stands in the configuration: another one gets neither the password
// nor a byte.

import { createHash } from "node:crypto";
import { pipeline } from "node:stream/promises";
import SftpClient from "ssh2-sftp-client";
import {
  AppError,
  type Clock,
  isAppError,
  millis,
  type Secret,
  seconds,
  stoppedError,
  systemCodeOf,
  withDeadline,
} from "../base/index.ts";
import { type BackupDestination, readBackupName, type StoredBackup } from "../core/index.ts";
import { ANSWER, failed, flowing, placeFull, refused, unreachable } from "./backup-errors.ts";

export interface SftpDestinationOptions {
  readonly id: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** `SHA256:` and the digest of the server's public key, base64 without padding. */
  readonly hostKey: string;
  /** Read anew for each connection: the owner may change it while the box runs. */
  readonly login: () => Promise<{ readonly password: Secret<string> } | { readonly privateKey: Secret<string> }>;
  readonly folder: string;
  readonly clock: Clock;
}

const CONNECT = seconds(30);

export function fingerprintOf(key: Uint8Array): string {
  return `SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`;
}

class Connection {
  readonly #options: SftpDestinationOptions;
  readonly #client = new SftpClient();
  #foreignKey: string | null = null;

  constructor(options: SftpDestinationOptions) {
    this.#options = options;
    // Without a listener an error of the connection would end the process; whoever waits for an answer is told of it by that.
    this.#client.on("error", () => {});
  }

  async open(signal: AbortSignal): Promise<SftpClient> {
    const { host, port, user, hostKey, login, clock } = this.#options;
    const by = await login();
    const secret = "password" in by ? { password: by.password.reveal() } : { privateKey: by.privateKey.reveal() };
    const connected = this.#client.connect({
      ...{ host, port, username: user, ...secret, readyTimeout: CONNECT, retries: 0 },
      hostVerifier: (key: Buffer) => {
        const found = fingerprintOf(key);
        if (found !== hostKey) this.#foreignKey = found;
        return found === hostKey;
      },
    });
    await withDeadline(connected, {
      clock,
      timeout: millis(CONNECT + 5000),
      what: "the SFTP server's greeting",
      signal,
    });
    return this.#client;
  }

  close(): void {
    // What still runs on it fails at once, and nobody waits for that.
    void this.#client.end().catch(() => {});
  }

  explain(place: string, cause: unknown): AppError {
    if (this.#foreignKey !== null) {
      return new AppError("backup.foreign_host_key", `${place} shows another key than the configured one`, {
        hint: "If the server was set up anew, put its new fingerprint into the configuration; else somebody stands in between.",
        context: { found: this.#foreignKey },
      });
    }
    if (isAppError(cause)) return cause;
    return whatFailed(place, cause);
  }
}

// Codes of ssh2-sftp-client and status texts of the protocol (draft-ietf-secsh-filexfer-02, section 7).
function whatFailed(place: string, cause: unknown): AppError {
  const code = systemCodeOf(cause) ?? "";
  const text = cause instanceof Error ? cause.message : "";
  if (/authentication|privateKey|Permission denied/i.test(text) || code === "ERR_BAD_AUTH")
    return refused(place, cause);
  if (/no space|quota|disk full/i.test(text)) return placeFull(place, cause);
  if (
    /^(ECONN|EHOST|ENET|ENOTFOUND|ETIMEDOUT|EAI_|EPIPE)/.test(code) ||
    /ECONN|timed out|reset|closed|ENOTFOUND/i.test(text)
  )
    return unreachable(place, cause);
  return failed(place, cause);
}

/** Runs work over connections of their own, and over paths of the backups' folder. */
class Place {
  readonly name: string;
  readonly #options: SftpDestinationOptions;

  constructor(options: SftpDestinationOptions) {
    const { user, host, port, folder } = options;
    this.#options = options;
    this.name = `sftp://${user}@${host}:${port}/${folder.replace(/^\//, "")}`;
  }

  at(name: string): string {
    const { folder } = this.#options;
    return folder === "" ? name : `${folder.replace(/\/$/, "")}/${name}`;
  }

  async within<T>(signal: AbortSignal, work: (client: SftpClient) => Promise<T>): Promise<T> {
    if (signal.aborted) throw stoppedError("the backup");
    const connection = new Connection(this.#options);
    const onAbort = (): void => connection.close();
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      return await work(await connection.open(signal));
    } catch (cause) {
      throw signal.aborted ? stoppedError("the backup") : connection.explain(this.name, cause);
    } finally {
      signal.removeEventListener("abort", onAbort);
      connection.close();
    }
  }

  answered<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
    const { clock } = this.#options;
    return withDeadline(promise, { clock, timeout: ANSWER, what: `an answer of ${this.name}`, signal });
  }

  async put(client: SftpClient, name: string, source: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void> {
    const { folder } = this.#options;
    const ask = <T>(promise: Promise<T>): Promise<T> => this.answered(promise, signal);
    if (folder !== "" && (await ask(client.exists(folder))) !== "d") await ask(client.mkdir(folder, true));
    const partial = this.at(`.${name}.partial`);
    const out = client.createWriteStream(partial, { mode: 0o600 });
    // The package ends requests of a connection that closes with an error on their stream, which may have been left by then.
    out.on("error", () => {});
    await pipeline(source, out, { signal });
    if ((await ask(client.exists(this.at(name)))) !== false) await ask(client.delete(this.at(name)));
    await ask(client.rename(partial, this.at(name)));
  }

  async list(client: SftpClient, signal: AbortSignal): Promise<StoredBackup[]> {
    const { folder } = this.#options;
    if (folder !== "" && (await this.answered(client.exists(folder), signal)) === false) return [];
    const files = await this.answered(client.list(folder === "" ? "." : folder), signal);
    return files
      .filter(({ name, type }) => type === "-" && readBackupName(name) !== null)
      .map(({ name, size }) => ({ name, size }));
  }

  async *read(name: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    if (signal.aborted) throw stoppedError("the backup");
    const { clock } = this.#options;
    const connection = new Connection(this.#options);
    try {
      const stream = (await connection.open(signal)).createReadStream(this.at(name));
      stream.on("error", () => {});
      yield* flowing(stream, { clock, signal, what: `reading ${this.name}` });
    } catch (cause) {
      throw connection.explain(this.name, cause);
    } finally {
      connection.close();
    }
  }
}

/**
 * Errors of its methods: `backup.foreign_host_key`, `backup.unreachable`, `backup.refused`, `backup.place_full`, `backup.place_failed`,
 * `base.timeout`, `base.stopped`.
 */
export function sftpDestination(options: SftpDestinationOptions): BackupDestination {
  const { id, clock } = options;
  const place = new Place(options);
  return {
    id,
    place: place.name,
    put: async ({ name, content }, signal) =>
      await place.within(signal, (client) => {
        const source = flowing(content(), { clock, signal, what: `the backup to ${place.name}` });
        return place.put(client, name, source, signal);
      }),
    list: async (signal) => await place.within(signal, (client) => place.list(client, signal)),
    read: (name, signal) => place.read(name, signal),
    remove: async (name, signal) =>
      await place.within(signal, async (client) => {
        await place.answered(client.delete(place.at(name), true), signal);
      }),
  };
}
