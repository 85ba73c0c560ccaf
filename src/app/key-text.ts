// Whose keys a text holds: a Privateness key file of any generation, or a sealed backup.

import type { CryptoSuite, Secret } from "../base/index.ts";
import { type Identity, openKeystore, parseKeyfile } from "../envelope/index.ts";
import { currentIdentity } from "./keystore-file.ts";

export interface KeyText {
  readonly suite: CryptoSuite;
  readonly text: string;
  /** Of a user whose name stands only in the file's name. */
  readonly name?: string;
  /** Asked for only where the text is sealed or encrypted. */
  readonly passphrase: () => Promise<Secret<string>>;
}

export interface KeysOfText {
  readonly identities: readonly Identity[];
  /** The one in use. */
  readonly current: Identity;
}

/** What kind of text it is, without believing anything in it yet. */
function kindOf(text: string): "sealed" | "encrypted" | "plain" {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return "plain";
    if ("kdf" in value && "box" in value) return "sealed";
    const filedata: unknown = "filedata" in value ? value.filedata : null;
    const packed = typeof filedata === "object" && filedata !== null && "type" in filedata;
    return packed && filedata.type === "encrypted-keys" ? "encrypted" : "plain";
  } catch {
    // The parser of key files says what is wrong, without quoting the text.
    return "plain";
  }
}

/** Errors: `keyfile.*`, `keystore.*`, and those of `passphrase`. */
export async function keysOfText({ suite, text, name, passphrase }: KeyText): Promise<KeysOfText> {
  const kind = kindOf(text);
  if (kind === "sealed") {
    const contents = await openKeystore({ suite, unlock: { passphrase: await passphrase() }, text });
    return { identities: contents.identities, current: currentIdentity(contents) };
  }
  return parseKeyfile({
    ...{ suite, text, ...(name === undefined ? {} : { name }) },
    ...(kind === "encrypted" ? { password: await passphrase() } : {}),
  });
}
