// What one build is asked for: the command line of `npm run image`.

import { existsSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { AppError, messageOf } from "../../src/base/index.ts";
import { parseBoxConfig } from "../../src/config/index.ts";
import { type Channel, factorySettings } from "./factory-settings.ts";
import { checkedVersion } from "./release-version.ts";

export const ARCHITECTURES = ["amd64", "arm64"] as const;
export type Architecture = (typeof ARCHITECTURES)[number];

export interface BuildSettings {
  readonly architecture: Architecture;
  /** Root of the repository. */
  readonly source: string;
  readonly output: string;
  readonly cache: string;
  readonly mirror: string | undefined;
  readonly updateLock: boolean;
  readonly bundle: boolean;
  /** The disk as a compressed qcow2 too, as hypervisors take it. */
  readonly qcow2: boolean;
  /** A build for owners: needs a given certificate, compresses hard. */
  readonly release: boolean;
  readonly compression: number;
  /** Seconds since 1970: the time of everything in the image. Undefined: of the last commit. */
  readonly epoch: number | undefined;
  readonly version: string | undefined;
  readonly signing: Signing | null;
  /** Where new boxes ask for updates; null for a box whose owner says it. */
  readonly channel: Channel | null;
  /** Where the files are going to be, with a slash at its end; null leaves bare names in the entry for Raspberry Pi Imager. */
  readonly baseUrl: string | null;
  /** Opens a serial console with a root shell. For tests only. */
  readonly debug: boolean;
}

export interface Signing {
  readonly key: string;
  readonly certificate: string;
  /** What boxes trust; the certificate itself where none is named. */
  readonly keyring: string;
}

export const USAGE = `npm run image -- [options]
  --arch amd64|arm64       for a virtual machine, or for Raspberry Pis (default: amd64)
  --output FOLDER          where the image goes (default: ./os-image/out, which git ignores)
  --mirror URL             Debian mirror (default: that of this machine)
  --update-lock            take the mirror's newest packages into packages.ARCH.lock.json, and stop
  --bundle                 make a signed update bundle too
  --qcow2                  make a compressed qcow2 of the disk too (amd64)
  --sign-key FILE --sign-cert FILE [--keyring FILE]
                           key, certificate, and what boxes trust; without them a development pair is made in the cache
  --release                refuse the development pair; compress as well as can be
  --channel URL --channel-key=KEY
                           where new boxes ask for updates, and who signs them (as \`npm run image:channel\` prints; may be given more
                           than once); owners can change it
  --base-url URL           where the files are going to be published, for the entry of Raspberry Pi Imager (arm64)
  --version X.Y.Z          version of the image (default: that of package.json)
  --level N                level of zstd, 1 to 22 (default: 6; 19 with --release)
  --debug                  a root shell at the serial console; never for a box that is used
`;

const OPTIONS = {
  arch: { type: "string", default: "amd64" },
  output: { type: "string" },
  mirror: { type: "string" },
  "update-lock": { type: "boolean", default: false },
  bundle: { type: "boolean", default: false },
  qcow2: { type: "boolean", default: false },
  release: { type: "boolean", default: false },
  "sign-key": { type: "string" },
  "sign-cert": { type: "string" },
  keyring: { type: "string" },
  channel: { type: "string" },
  "channel-key": { type: "string", multiple: true },
  "base-url": { type: "string" },
  version: { type: "string" },
  level: { type: "string" },
  debug: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

function usage(message: string): AppError {
  return new AppError("image.usage", message, { hint: "npm run image -- --help" });
}

function integer(text: string | undefined, name: string, [low, high]: readonly [number, number]): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < low || value > high) throw usage(`${name}: a number from ${low} to ${high}`);
  return value;
}

/** `$XDG_CACHE_HOME/numberbox`, else `~/.cache/numberbox`; the place of the tests' Asterisk too. */
export function cacheFolder(env: NodeJS.ProcessEnv): string {
  const given = env.XDG_CACHE_HOME;
  const home = homedir();
  const base = given?.startsWith("/") ? given : existsSync(home) ? join(home, ".cache") : tmpdir();
  return join(base, "numberbox", "image");
}

function signing(
  key: string | undefined,
  certificate: string | undefined,
  keyring: string | undefined,
): Signing | null {
  if (key === undefined && certificate === undefined) return null;
  if (key === undefined || certificate === undefined) throw usage("--sign-key and --sign-cert go together");
  return { key: resolve(key), certificate: resolve(certificate), keyring: resolve(keyring ?? certificate) };
}

/** Held to what a box takes: an image whose settings are refused would start none. */
function channelOf(url: string | undefined, keys: readonly string[]): Channel | null {
  if (url === undefined && keys.length === 0) return null;
  if (url === undefined || keys.length === 0) throw usage("--channel and --channel-key go together");
  const channel = { url, keys };
  try {
    parseBoxConfig(factorySettings("", channel), "--channel");
  } catch (error) {
    throw usage(messageOf(error));
  }
  return channel;
}

function baseUrlOf(text: string | undefined): string | null {
  if (text === undefined) return null;
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.search !== "" || url.hash !== "" || url.username !== "")
    throw usage("--base-url: an address such as https://example.org/numberbox/");
  return url.href.replace(/\/*$/, "/");
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, strict: true }).values;
  } catch (error) {
    throw usage(error instanceof Error ? error.message : String(error));
  }
}

/** The settings that a command line asks for; null when it asks for help. Errors: `image.usage`, `image.bad_version`. */
export function readSettings(argv: readonly string[], env: NodeJS.ProcessEnv): BuildSettings | null {
  const given = parsed(argv);
  if (given.help) return null;
  const architecture = ARCHITECTURES.find((each) => each === given.arch);
  if (architecture === undefined) throw usage(`--arch: one of ${ARCHITECTURES.join(", ")}`);
  if (given.qcow2 && architecture !== "amd64") throw usage("--qcow2 is for virtual machines: --arch amd64");
  const source = fileURLToPath(new URL("../../", import.meta.url)).replace(/\/$/, "");
  const keys = signing(given["sign-key"], given["sign-cert"], given.keyring);
  if (given.release && keys === null)
    throw usage("--release needs --sign-key and --sign-cert: the development pair is no secret");
  if (given.version !== undefined) checkedVersion(given.version, "--version");
  return {
    ...{ architecture, source, signing: keys },
    output: resolve(given.output ?? join(source, "os-image", "out")),
    cache: cacheFolder(env),
    mirror: given.mirror,
    updateLock: given["update-lock"],
    bundle: given.bundle,
    qcow2: given.qcow2,
    release: given.release,
    compression: integer(given.level, "--level", [1, 22]) ?? (given.release ? 19 : 6),
    epoch: integer(env.SOURCE_DATE_EPOCH, "SOURCE_DATE_EPOCH", [315_532_800, 4_294_967_295]),
    version: given.version,
    channel: channelOf(given.channel, given["channel-key"] ?? []),
    baseUrl: baseUrlOf(given["base-url"]),
    debug: given.debug,
  };
}
