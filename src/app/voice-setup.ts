// What Asterisk and drachtio-server are told: made from the configuration, written where their services read it.

import { mkdir } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import {
  type AppError,
  type Clock,
  isAppError,
  type Logger,
  messageOf,
  type Random,
  Secret,
  toHex,
  type UnixMs,
} from "../base/index.ts";
import type { VoiceSection } from "../config/index.ts";
import {
  type AsteriskFolders,
  type AsteriskSetup,
  asteriskFiles,
  type DrachtioSetup,
  drachtioConf,
  writeConfiguration,
} from "../voice/index.ts";
import { readIfThere, replaceFile } from "./data-folder.ts";
import { inDataFolder } from "./in-data-folder.ts";
import { type CertificateFiles, SipCertificateKeeper } from "./sip-certificate.ts";

/** In the data folder. */
export const VOICE_FOLDER = "voice";

export interface VoiceSetupDeps {
  readonly section: VoiceSection;
  readonly dataFolder: string;
  readonly random: Random;
  readonly clock: Clock;
  readonly log: Logger;
  readonly now: () => UnixMs;
}

export interface VoiceSetup {
  readonly edge: "drachtio" | "asterisk" | "relay";
  readonly ariPassword: Secret<string>;
  readonly drachtioSecret: Secret<string> | null;
  /** UDP port on the loopback where drachtio-server, or the trunk to the relay, waits for Asterisk. */
  readonly anchorPort: number;
  /** Null without SIP over TLS. */
  readonly certificate: SipCertificateKeeper | null;
  /** Files that are not what they were: their services have to read them anew. */
  readonly changed: readonly string[];
}

const LOCAL_NETS = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"] as const;

/**
 * Reads the secrets (one that is missing is made), makes the certificate where it is the box's own to make, and writes the configuration
 * of both servers. Errors: `voice.cannot_write`, `voice.bad_setup`, `voice.no_certificate`, `app.unreadable`, `app.cannot_write`.
 */
export async function prepareVoice(deps: VoiceSetupDeps): Promise<VoiceSetup> {
  const { section, dataFolder } = deps;
  const folder = join(dataFolder, VOICE_FOLDER);
  await mkdir(folder, { recursive: true, mode: 0o750 });
  const edge =
    section.sip_edge === "auto" ? (section.drachtio === undefined ? "asterisk" : "drachtio") : section.sip_edge;
  const ariPassword = await secretOf(deps, section.asterisk.password_file);
  const drachtioSecret =
    edge === "drachtio" && section.drachtio !== undefined ? await secretOf(deps, section.drachtio.secret_file) : null;
  const showsOwn = edge !== "relay" && section.transports.tls !== false;
  const certificate = showsOwn ? new SipCertificateKeeper({ ...deps, folder }) : null;
  await certificate?.look();
  const files = certificate?.files ?? null;
  const anchorPort = section.asterisk.sip_port + 1;
  const setup = asteriskSetup({ section, folder, edge, ariPassword, files, anchorPort });
  const { state, run, log } = setup.folders;
  for (const each of [state, run, log]) await mkdir(each, { recursive: true, mode: 0o750 });
  const changed = [...(await writeConfiguration(setup.folders.configuration, asteriskFiles(setup)))];
  if (drachtioSecret !== null) {
    const text = drachtioConf(drachtioSetup(section, drachtioSecret, files, anchorPort));
    const file = { name: "drachtio.conf.xml", text, secret: true };
    changed.push(...(await writeConfiguration(join(folder, "drachtio"), [file])));
  }
  return { edge, ariPassword, drachtioSecret, anchorPort, certificate, changed };
}

/** Both null on a box without calls. */
export interface PreparedCalls {
  readonly setup: VoiceSetup | null;
  /** Why there are no calls although the owner wants them. */
  readonly problem: AppError | null;
}

/** What is wrong with calls keeps no SMS from its renter: the box starts without them, and says why. Never rejects with an `AppError`. */
export async function prepareCalls(
  section: VoiceSection | undefined,
  deps: Omit<VoiceSetupDeps, "section">,
): Promise<PreparedCalls> {
  if (section === undefined) return { setup: null, problem: null };
  try {
    return { setup: await prepareVoice({ ...deps, section }), problem: null };
  } catch (error) {
    if (!isAppError(error)) throw error;
    deps.log.error("calls_not_prepared", { code: error.code, reason: messageOf(error) });
    return { setup: null, problem: error };
  }
}

/** A secret that both the box and a server read; made where there is none, so that nobody has to invent it. */
export async function secretOf(
  { dataFolder, random }: Pick<VoiceSetupDeps, "dataFolder" | "random">,
  named: string,
): Promise<Secret<string>> {
  const file = inDataFolder(dataFolder, named);
  const text = (await readIfThere(file))?.trim() ?? "";
  if (text !== "") return new Secret(text);
  const made = toHex(random.bytes(24));
  await replaceFile(file, `${made}\n`);
  return new Secret(made);
}

interface Parts {
  readonly section: VoiceSection;
  readonly folder: string;
  readonly edge: "drachtio" | "asterisk" | "relay";
  readonly ariPassword: Secret<string>;
  readonly files: CertificateFiles | null;
  readonly anchorPort: number;
}

/** Debian's places; what changes lives below the data folder. */
function asteriskFolders(folder: string): AsteriskFolders {
  const multiarch = process.arch === "arm64" ? "aarch64-linux-gnu" : "x86_64-linux-gnu";
  const below = (name: string): string => join(folder, "asterisk", name);
  return {
    configuration: below("etc"),
    modules: `/usr/lib/${multiarch}/asterisk/modules`,
    data: "/usr/share/asterisk",
    ...{ state: below("state"), run: below("run"), log: below("log") },
  };
}

function externalOf({ public_address: address }: VoiceSection) {
  return address === undefined ? null : { address, localNets: LOCAL_NETS };
}

function asteriskSetup({ section, folder, edge, ariPassword, files, anchorPort }: Parts): AsteriskSetup {
  const { asterisk, transports, listen, host, realm = host } = section;
  const at = (port: number | false) => (port === false ? null : { address: listen, port });
  const tls = at(transports.tls);
  const own = {
    ...{ kind: "asterisk" as const, realm, digests: DIGESTS, external: externalOf(section) },
    ...{ udp: at(transports.udp), tcp: at(transports.tcp) },
    tls: tls === null || files === null ? null : { ...tls, certificateFile: files.cert, keyFile: files.key },
  };
  const url = new URL(asterisk.url);
  return {
    folders: asteriskFolders(folder),
    ari: {
      port: Number(url.port || (url.protocol === "https:" ? 443 : 80)),
      user: asterisk.user,
      password: ariPassword,
    },
    media: {
      address: section.public_address ?? (edge === "asterisk" ? null : addressOf(listen)),
      ports: { first: asterisk.rtp.from, last: asterisk.rtp.to },
    },
    edge: edge === "asterisk" ? own : { kind: "drachtio", port: asterisk.sip_port, edgePort: anchorPort },
  };
}

/** Some phones know MD5 only, and give up when SHA-256 is offered beside it. */
export const DIGESTS = ["MD5"] as const;

/** Asterisk behind drachtio sees the loopback only: it must be told where phones are to send their sound. */
function addressOf(listen: string): string {
  if (listen !== "0.0.0.0" && listen !== "::") return listen;
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return all.find(({ family, internal }) => family === "IPv4" && !internal)?.address ?? "127.0.0.1";
}

function drachtioSetup(
  section: VoiceSection,
  secret: Secret<string>,
  files: CertificateFiles | null,
  anchorPort: number,
): DrachtioSetup {
  const { host, port } = section.drachtio ?? { host: "127.0.0.1", port: 9022 };
  const { listen, transports } = section;
  return {
    ...{ admin: { host, port, secret }, listen, transports, anchorPort, external: externalOf(section) },
    tls: files === null ? null : { certFile: files.cert, keyFile: files.key, chainFile: files.cert },
  };
}
