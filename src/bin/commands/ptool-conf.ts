// `numberbox ptool conf`: where the Emercoin node's RPC is, read from its own configuration file.

import { homedir } from "node:os";
import { AppError, fromUtf8, hasCode, systemCodeOf } from "../../base/index.ts";
import { asciiJson } from "../../envelope/index.ts";
import type { CliIo } from "../cli-io.ts";
import { readBytes } from "./ptool-keys.ts";

const RPC_PORT = 6662;

/** The file that the Emercoin wallet itself would read. */
function defaultPath(env: CliIo["env"], platform: string): string {
  const home = env.HOME ?? homedir();
  return platform === "win32" ? `${env.APPDATA ?? home}\\Emercoin\\emercoin.conf` : `${home}/.emercoin/emercoin.conf`;
}

/** As Python's pathlib prints a path: without `.` and doubled slashes. */
function tidyPath(path: string): string {
  const tidy = path.split("/").filter((part) => part !== "" && part !== ".");
  return (path.startsWith("/") ? "/" : "") + (tidy.join("/") || (path.startsWith("/") ? "" : "."));
}

function readMembers(text: string): ReadonlyMap<string, string> {
  const lines = text.split(/\r\n|\r|\n/).map((line) => line.trim());
  const members = new Map<string, string>();
  for (const line of lines) {
    const at = line.indexOf("=");
    if (at >= 0 && !line.startsWith("#")) members.set(line.slice(0, at).trim(), line.slice(at + 1).trim());
  }
  return members;
}

function portOf(text: string | undefined): number {
  if (text === undefined) return RPC_PORT;
  if (/^[+-]?[0-9]+$/.test(text)) return Number(text);
  throw new AppError("ptool.bad_conf", "rpcport in emercoin.conf is not a number", { hint: "Correct the file." });
}

async function readConf(path: string): Promise<string | undefined> {
  try {
    return fromUtf8(await readBytes(path));
  } catch (error) {
    if (hasCode(error, "ptool.cannot_read") && systemCodeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

/**
 * The RPC settings as one line of JSON with sorted members; only `path` when the file is missing. Throws `ptool.bad_conf`,
 * `ptool.cannot_read` or `base.bad_utf8`.
 */
export async function confLine(io: CliIo, option: string | undefined, platform: string): Promise<string> {
  const path = option === undefined ? defaultPath(io.env, platform) : tidyPath(option);
  const text = await readConf(path);
  if (text === undefined) return `${asciiJson({ path })}\n`;
  const members = readMembers(text);
  const line = {
    datadir: members.get("datadir") ?? null,
    path,
    rpcconnect: members.get("rpcconnect") ?? "127.0.0.1",
    rpcpassword: members.get("rpcpassword") ?? null,
    rpcport: portOf(members.get("rpcport")),
    rpcuser: members.get("rpcuser") ?? null,
  };
  return `${asciiJson(line)}\n`;
}
