// What guards the console's entrance: the box for secrets that the web server keeps, the audit trail, and the certificate.

import { mkdir, readFile } from "node:fs/promises";
import { hostname, networkInterfaces } from "node:os";
import { join } from "node:path";
import {
  type Clock,
  type CryptoSuite,
  fromBase64url,
  fromUtf8,
  type Logger,
  type Random,
  type Secret,
  systemCodeOf,
  toBase64url,
  unixMs,
  utf8,
  wrapError,
} from "../base/index.ts";
import type { BoxConfig } from "../config/index.ts";
import type { CertificateFacts } from "../core/index.ts";
import { decryptLocal, deriveKey, encryptLocal } from "../envelope/index.ts";
import { type FileBoxStore, openBoxStore } from "../store/index.ts";
import {
  BoxCertificates,
  type CertificateFiles,
  type CertificateSource,
  factsOf,
  OwnCertificates,
} from "../tls/index.ts";
import { forgetFactors, type SecretBox, setPassword, type WebOptions } from "../web/index.ts";
import { ACCESS_POINT_ADDRESS } from "./appliance/access-point.ts";
import { BOX_DATABASE, openDataFolder, readIfThere, replaceFile } from "./data-folder.ts";

const TLS_FOLDER = "tls";
const TLS_KEYS = "numberbox/tls/v1";

export interface EntranceDeps {
  readonly config: Pick<BoxConfig, "web" | "host">;
  readonly dataFolder: string;
  readonly store: Pick<FileBoxStore, "audit">;
  readonly storageKey: Secret<Uint8Array>;
  readonly suite: CryptoSuite;
  readonly random: Random;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface Entrance {
  readonly web: Pick<WebOptions, "secretBox" | "audit" | "tls">;
  /** The console's certificate with its end; none without TLS. */
  certificates(): readonly CertificateFacts[];
  stop(): void;
}

interface KeyDeps {
  readonly suite: CryptoSuite;
  readonly random: Random;
  readonly storageKey: Secret<Uint8Array>;
}

/** Seals under keys that are derived from the storage key, one for each purpose. */
export function secretBox({ suite, random, storageKey }: KeyDeps): SecretBox {
  const keyFor = (purpose: string) => deriveKey(suite, storageKey, purpose);
  return {
    seal: (domain, plaintext) => toBase64url(encryptLocal({ random, key: keyFor(domain), domain, plaintext })),
    open: (domain, sealed) => decryptLocal({ key: keyFor(domain), domain, box: fromBase64url(sealed) }),
  };
}

/** Certificates in the open, keys sealed. */
function certificateFiles(dataFolder: string, box: SecretBox): CertificateFiles {
  const folder = join(dataFolder, TLS_FOLDER);
  const write = async (file: string, text: string): Promise<void> => {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await replaceFile(join(folder, file), text);
  };
  return {
    read: (file) => readIfThere(join(folder, file)),
    write,
    readKey: async (file) => {
      const sealed = await readIfThere(join(folder, file));
      return sealed === null ? null : fromUtf8(box.open(TLS_KEYS, sealed.trim()));
    },
    writeKey: (file, text) => write(file, `${box.seal(TLS_KEYS, utf8(text))}\n`),
  };
}

async function readPem(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw wrapError(cause, "tls.unreadable", `${file} cannot be read (${systemCodeOf(cause) ?? "?"})`, {
      hint: "Check the path in `web.tls`, and that the box's user may read it.",
    });
  }
}

/** Addresses of this machine that others on its networks reach. */
function ownAddresses(): readonly string[] {
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  // A link-local address is no use without its interface, which no certificate can name.
  return all.filter(({ internal, address }) => !internal && !address.startsWith("fe80")).map(({ address }) => address);
}

/** The first label of the machine's name, as mDNS tells it. */
const ownHostName = (): string =>
  hostname()
    .split(".")[0]
    ?.toLowerCase()
    .replace(/[^a-z0-9-]/g, "") || "numberbox";

async function openCertificates(
  deps: EntranceDeps,
  box: SecretBox,
): Promise<(CertificateSource & { stop(): void }) | null> {
  const { tls, names } = deps.config.web;
  if (tls.mode === "off") return null;
  if (tls.mode === "files") {
    const { cert_file: cert = "", key_file: key = "" } = tls;
    const read = async () => ({ certificate: await readPem(cert), key: await readPem(key) });
    const own = new OwnCertificates({ ...deps, read });
    await own.start();
    return own;
  }
  const files = certificateFiles(deps.dataFolder, box);
  // That of the own access point is there before it opens: nobody waits for a certificate then.
  const own = deps.config.host.appliance ? [ACCESS_POINT_ADDRESS] : [];
  const addresses = () => [...new Set([...ownAddresses(), ...own])];
  const made = new BoxCertificates({ ...deps, files, hostName: ownHostName(), names, addresses });
  await made.start();
  return made;
}

/** Errors: `tls.*`, those of the files. */
export async function openEntrance(deps: EntranceDeps): Promise<Entrance> {
  const box = secretBox(deps);
  const source = await openCertificates(deps, box);
  const { listen } = deps.config.web.tls;
  return {
    web: { secretBox: box, audit: deps.store.audit, ...(source === null ? {} : { tls: { listen, source } }) },
    certificates: () => (source === null ? [] : [{ name: "console", expiresAt: unixMs(source.facts().notAfter) }]),
    stop: () => source?.stop(),
  };
}

/** The box's own certificates as they lie in its folder, for `numberbox tls show`; null where there are none. */
export async function readBoxCertificates(dataFolder: string) {
  const [authority, leaf] = await Promise.all(
    ["ca.crt", "leaf.crt"].map((file) => readIfThere(join(dataFolder, TLS_FOLDER, file))),
  );
  if (typeof authority !== "string" || typeof leaf !== "string") return null;
  return {
    authority: await factsOf(authority),
    leaf: await factsOf(leaf),
    file: join(dataFolder, TLS_FOLDER, "ca.crt"),
  };
}

export interface SetUserPasswordDeps {
  readonly dataFolder: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

export interface NewPassword {
  readonly name: string;
  readonly password: string;
  /** Also takes away his second factor and passkeys. */
  readonly secondFactor?: boolean;
}

/** Sets a user's password in the folder of a box that does not run. Errors: `app.folder_in_use`, `web.unknown_user`, `web.weak_password`. */
export async function setUserPassword(deps: SetUserPasswordDeps, { name, ...change }: NewPassword): Promise<void> {
  const folder = await openDataFolder(deps.dataFolder);
  try {
    const store = await openBoxStore({ ...deps, file: join(folder.path, BOX_DATABASE) });
    try {
      await setPassword({ settings: store, random: deps.random, password: change.password, user: name });
      if (change.secondFactor === true) await forgetFactors(store, name);
    } finally {
      await store.close();
    }
  } finally {
    await folder.release();
  }
}
