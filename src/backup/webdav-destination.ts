// Backups on a WebDAV server (RFC 4918), such as Nextcloud or a NAS.

import { Agent } from "node:https";
import { Readable } from "node:stream";
import { createClient, type WebDAVClient } from "webdav";
import { z } from "zod";
import {
  type AppError,
  type Clock,
  isAppError,
  type Secret,
  stoppedError,
  systemCodeOf,
  withDeadline,
} from "../base/index.ts";
import { type BackupDestination, readBackupName, type StoredBackup } from "../core/index.ts";
import { ANSWER, failed, flowing, placeFull, refused, unreachable } from "./backup-errors.ts";

export interface WebdavDestinationOptions {
  readonly id: string;
  /** A folder that is there. `https:`, or this machine. */
  readonly url: string;
  readonly user: string;
  readonly password: () => Promise<Secret<string>>;
  /** PEM of a private authority. */
  readonly ca: (() => Promise<string>) | null;
  readonly clock: Clock;
}

const listing = z.array(z.object({ type: z.string(), basename: z.string(), size: z.number() }));

/** Errors: `backup.place_failed` for what is no listing. */
function backupsIn(found: unknown): readonly StoredBackup[] {
  const files = listing.safeParse(found);
  if (!files.success) throw failed("the server", files.error);
  return files.data
    .filter(({ type, basename }) => type === "file" && readBackupName(basename) !== null)
    .map(({ basename: name, size }) => ({ name, size }));
}

function statusOf(cause: unknown): number {
  const status: unknown = typeof cause === "object" && cause !== null && "status" in cause ? cause.status : 0;
  return typeof status === "number" ? status : 0;
}

function whatFailed(place: string, cause: unknown): AppError {
  if (isAppError(cause)) return cause;
  const status = statusOf(cause);
  if (status === 401 || status === 403) return refused(place, cause);
  // Insufficient Storage, and what servers with a limit for bodies say.
  if (status === 507 || status === 413) return placeFull(place, cause);
  if (status === 0) return systemCodeOf(cause) === undefined ? failed(place, cause) : unreachable(place, cause);
  return failed(place, cause);
}

/** Errors of its methods: `backup.unreachable`, `backup.refused`, `backup.place_full`, `backup.place_failed`, `base.timeout`, `base.stopped`. */
export function webdavDestination(options: WebdavDestinationOptions): BackupDestination {
  const { id, url, user, password, ca, clock } = options;
  const place = url;
  const open = async (): Promise<WebDAVClient> => {
    const agent = ca === null ? {} : { httpsAgent: new Agent({ ca: await ca() }) };
    return createClient(url, { username: user, password: (await password()).reveal(), ...agent });
  };
  const within = async <T>(signal: AbortSignal, work: (client: WebDAVClient) => Promise<T>): Promise<T> => {
    if (signal.aborted) throw stoppedError("the backup");
    try {
      return await work(await open());
    } catch (cause) {
      throw signal.aborted ? stoppedError("the backup") : whatFailed(place, cause);
    }
  };
  const answered = <T>(signal: AbortSignal, ask: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    const ended = new AbortController();
    const both = AbortSignal.any([signal, ended.signal]);
    return withDeadline(ask(both), { clock, timeout: ANSWER, what: `an answer of ${place}`, signal }).finally(() =>
      ended.abort(),
    );
  };
  return {
    id,
    place,
    put: async ({ name, size, content }, signal) =>
      await within(signal, async (client) => {
        const partial = `/.${name}.partial`;
        const source = Readable.from(flowing(content(), { clock, signal, what: `the backup to ${place}` }), {
          objectMode: false,
        });
        const sent = await client.putFileContents(partial, source, { contentLength: size, overwrite: true, signal });
        if (!sent) throw refused(place, undefined);
        await answered(signal, (ending) => client.moveFile(partial, `/${name}`, { signal: ending, overwrite: true }));
      }),
    list: async (signal) =>
      await within(signal, async (client) =>
        backupsIn(await answered(signal, (ending) => client.getDirectoryContents("/", { signal: ending }))),
      ),
    read: async function* (name, signal) {
      if (signal.aborted) throw stoppedError("the backup");
      try {
        const client = await open();
        const stream: unknown = client.createReadStream(`/${name}`, { signal });
        if (!(stream instanceof Readable)) throw failed(place, undefined);
        yield* flowing(stream, { clock, signal, what: `reading ${place}` });
      } catch (cause) {
        throw whatFailed(place, cause);
      }
    },
    remove: async (name, signal) =>
      await within(
        signal,
        async (client) => await answered(signal, (ending) => client.deleteFile(`/${name}`, { signal: ending })),
      ),
  };
}
