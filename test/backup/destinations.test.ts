import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { folderDestination, sftpDestination, webdavDestination } from "../../src/backup/index.ts";
import { concatBytes, Secret, utf8 } from "../../src/base/index.ts";
import { systemClock as clock } from "../../src/base/system-clock.ts";
import type { BackupDestination } from "../../src/core/index.ts";
import { rejectionOf } from "../envelope/error-code.ts";
import { tempFolder } from "../sqlite/temp-folder.ts";
import { haveSshd, type LocalSshd, startSshd } from "./local-sshd.ts";
import { startWebdav } from "./webdav-server.ts";

const NAME = "numberbox-provider-20260714-101500.nbbackup";
const bytes = new Uint8Array(300_000).map((_, at) => at % 251);
const { signal } = new AbortController();

async function* pieces(content: Uint8Array = bytes): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < content.length; at += 60_000) yield content.subarray(at, at + 60_000);
}
const file = { name: NAME, size: bytes.length, content: () => pieces() };

async function readAll(destination: BackupDestination, name = NAME): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of destination.read(name, signal)) parts.push(part);
  return concatBytes(...parts);
}

/** What every place does. */
async function keepsBackups(destination: BackupDestination): Promise<void> {
  expect(await destination.list(signal)).toEqual([]);
  await destination.put(file, signal);
  expect(await destination.list(signal)).toEqual([{ name: NAME, size: bytes.length }]);
  expect(await readAll(destination)).toEqual(bytes);
  // The same name again takes its place.
  const other = utf8("other");
  await destination.put({ name: NAME, size: other.length, content: () => pieces(other) }, signal);
  expect(await readAll(destination)).toEqual(other);
  const broken = async function* (): AsyncGenerator<Uint8Array> {
    yield utf8("half");
    throw new RangeError("the source broke");
  };
  expect(await rejectionOf(destination.put({ ...file, content: broken }, signal))).toMatch(/^backup\./);
  expect(await readAll(destination)).toEqual(other);
  await destination.remove(NAME, signal);
  expect(await destination.list(signal)).toEqual([]);
  const over = new AbortController();
  over.abort();
  expect(await rejectionOf(destination.put(file, over.signal))).toBe("base.stopped");
}

describe("a folder", () => {
  const destination = (folder: string, create = false) =>
    folderDestination({ id: "disk", place: folder, clock, create, folder: async () => folder });

  it("keeps backups, and shows none that is not whole", async () => {
    const folder = tempFolder();
    writeFileSync(join(folder, "holiday.jpg"), "x");
    await keepsBackups(destination(folder));
    await destination(folder).put(file, signal);
    expect(readdirSync(folder).sort()).toEqual(["holiday.jpg", NAME]);
    expect(statSync(join(folder, NAME)).mode & 0o777).toBe(0o600);
  });

  it("that is not there is not made, unless it is one on a stick", async () => {
    const missing = join(tempFolder(), "mount");
    expect(await rejectionOf(destination(missing).put(file, signal))).toBe("backup.no_folder");
    await destination(missing, true).put(file, signal);
    expect(readFileSync(join(missing, NAME)).length).toBe(bytes.length);
  });

  it("that cannot be written says so", async () => {
    if (process.getuid?.() === 0) return;
    const folder = join(tempFolder(), "closed");
    mkdirSync(folder);
    chmodSync(folder, 0o500);
    expect(await rejectionOf(destination(folder).put(file, signal))).toBe("backup.refused");
  });
});

describe.skipIf(!haveSshd)("OpenSSH's server", () => {
  const destination = (sshd: LocalSshd, changes: Partial<Parameters<typeof sftpDestination>[0]> = {}) =>
    sftpDestination({
      ...{ id: "nas", host: "127.0.0.1", port: sshd.port, user: sshd.user, hostKey: sshd.hostKey, clock },
      ...{
        folder: join(sshd.folder, "a/b"),
        login: async () => ({ privateKey: new Secret(sshd.privateKey) }),
        ...changes,
      },
    });

  it("keeps backups in a folder that is made for them", async () => {
    const sshd = await startSshd();
    await keepsBackups(destination(sshd));
    expect(readdirSync(join(sshd.folder, "a/b")).filter((name) => !name.startsWith("."))).toEqual([]);
  });

  it("with another host key gets neither password nor byte", async () => {
    const sshd = await startSshd();
    let asked = 0;
    const foreign = destination(sshd, {
      hostKey: `SHA256:${"A".repeat(43)}`,
      login: async () => {
        asked++;
        return { password: new Secret("never sent") };
      },
    });
    expect(await rejectionOf(foreign.put(file, signal))).toBe("backup.foreign_host_key");
    expect([asked, readdirSync(sshd.folder)]).toEqual([1, []]);
  });

  it("that does not let the box in, or is not there, says which", async () => {
    const sshd = await startSshd();
    const stranger = destination(sshd, { login: async () => ({ password: new Secret("wrong") }) });
    expect(await rejectionOf(stranger.put(file, signal))).toBe("backup.refused");
    await sshd.kill();
    expect(await rejectionOf(destination(sshd).put(file, signal))).toBe("backup.unreachable");
  });

  it("that is left amid a backup has none under its name", async () => {
    const sshd = await startSshd();
    const stop = new AbortController();
    const stopping = async function* (): AsyncGenerator<Uint8Array> {
      for (let n = 0; n < 400; n++) {
        yield new Uint8Array(60_000);
        if (n === 200) stop.abort();
      }
    };
    const large = { name: NAME, size: 400 * 60_000, content: stopping };
    expect(await rejectionOf(destination(sshd).put(large, stop.signal))).toBe("base.stopped");
    expect(readdirSync(sshd.folder, { recursive: true })).not.toContain(`a/b/${NAME}`);
  });
});

describe("a WebDAV server", () => {
  const destination = (url: string, password = "secret words") =>
    webdavDestination({ id: "cloud", url, user: "box", password: async () => new Secret(password), ca: null, clock });

  it("keeps backups", async () => {
    const server = await startWebdav();
    await keepsBackups(destination(server.url));
  });

  it("whose faults are told apart", async () => {
    const server = await startWebdav();
    const put = async (): Promise<string> => await rejectionOf(destination(server.url).put(file, signal));
    server.fault = "full";
    expect(await put()).toBe("backup.place_full");
    server.fault = "error 500";
    expect(await put()).toBe("backup.place_failed");
    server.fault = "closes";
    expect(await put()).toMatch(/^backup\.(unreachable|place_failed)$/);
    expect([...server.files.keys()].filter((name) => !name.startsWith("."))).toEqual([]);
    expect(await rejectionOf(destination(server.url, "wrong").put(file, signal))).toBe("backup.refused");
    expect(await rejectionOf(destination("http://127.0.0.1:9/dav").put(file, signal))).toBe("backup.unreachable");
  });

  it("that hangs is left when the box stops", async () => {
    const server = await startWebdav();
    server.fault = "hangs";
    const stop = new AbortController();
    const listed = rejectionOf(destination(server.url).list(stop.signal));
    stop.abort();
    expect(await listed).toBe("base.stopped");
  });
});
