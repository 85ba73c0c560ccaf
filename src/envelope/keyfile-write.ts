// Writes the current generation (G2) of Privateness key files and the WORM record that publishes an identity on chain. Bytes are
// compared by people and hashed by tools, so both follow the reference tools exactly, white space included.

import { AppError, toBase64, toBase64url } from "../base/index.ts";
import type { Identity } from "./identity.ts";

/** JSON text as Python's `json.dumps` writes it by default: every character outside printable ASCII escaped. */
export function asciiJson(value: unknown, indent?: number): string {
  const text = JSON.stringify(value, null, indent);
  return text.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

const FILEDATA = { vendor: "Privateness", type: "key", for: "user" };

function userMembers(identity: Identity) {
  return {
    username: identity.name,
    private: toBase64(identity.seed.reveal()),
    public: toBase64(identity.encrypt),
    verify: toBase64(identity.verify),
    nonce: toBase64(identity.nonce),
    signatures: {},
  };
}

/**
 * The text of a G2 key file, private keys in clear: write it with mode 0600. `current` names the identity in use. Throws
 * `keyfile.no_identity` when it names none, `keyfile.duplicate_name` when two identities share a name.
 */
export function serialiseG2(identities: readonly Identity[], current: string): string {
  const users = identities.map((identity) => [identity.name, userMembers(identity)]);
  const byName = Object.fromEntries(users);
  if (Object.keys(byName).length !== users.length) {
    throw new AppError("keyfile.duplicate_name", "two identities of a key file share a name", {
      hint: "Rename one of them.",
    });
  }
  if (!Object.hasOwn(byName, current)) {
    throw new AppError("keyfile.no_identity", "the current identity is not among those to write");
  }
  return asciiJson({ filedata: FILEDATA, current, users: byName }, 4);
}

/**
 * The text of a single-user key file (G2s), private keys in clear: write it with mode 0600. Besides the members of the reference tools it
 * holds those that the network's guides name, `ed25519.private` and `x25519.public`, so that their commands work as they are written.
 */
export function serialiseG2s(identity: Identity): string {
  const privateKey = toBase64url(identity.seed.reveal());
  const aliases = {
    ed25519: { private: privateKey, public: toBase64url(identity.verify) },
    x25519: { private: privateKey, public: toBase64url(identity.encrypt) },
  };
  return asciiJson({ filedata: FILEDATA, ...userMembers(identity), worm: wormXml(identity), ...aliases }, 4);
}

/** The name under which an identity's WORM record is published. */
export function wormName(identity: Identity): string {
  return `worm:user:ness:${identity.name}`;
}

/** The WORM record (G2): public keys only, no trailing newline, byte for byte as the reference tool prints it. */
export function wormXml(identity: Identity): string {
  const encrypt = toBase64(identity.encrypt);
  const verify = toBase64(identity.verify);
  const nonce = toBase64(identity.nonce);
  return [
    "<worm>",
    `\t<user type="ness"  public="${encrypt}" verify="${verify}" nonce="${nonce}">`,
    "\t\t<signatures> ",
    "\t\t</signatures>",
    "\t\t<!-- Here tags may be different for each type of user -->",
    "\t</user>",
    "</worm>",
  ].join("\n");
}
