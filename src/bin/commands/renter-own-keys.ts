// `renter keys`: makes a renter's key, and shows the public half, which a provider needs. The private half is never printed.

import { resolve } from "node:path";
import { systemCrypto } from "../../base/system-crypto.ts";
import { createIdentity, type PublicKeys, publicKeysToText, serialiseG2 } from "../../envelope/index.ts";
import { visibleLine } from "../../renter/index.ts";
import type { CliIo, ExitCode } from "../cli-io.ts";
import { writeNewFile } from "./renter-new-file.ts";
import { type KeyOptions, openKey } from "./renter-open.ts";
import { createPrinter } from "./renter-print.ts";

export interface KeysOptions extends KeyOptions {
  readonly create?: string;
}

/** `VERIFY:ENCRYPT`, as `rental grant --renter` takes it. */
export function renterKeys(identity: PublicKeys): string {
  const { verify, encrypt } = publicKeysToText(identity);
  return `${verify}:${encrypt}`;
}

async function create(io: CliIo, file: string, name: string): Promise<PublicKeys & { readonly name: string }> {
  const identity = createIdentity(io.random, systemCrypto, name);
  await writeNewFile(file, serialiseG2([identity], name));
  return identity;
}

/** Throws `renter.cannot_write`, `identity.bad_name`, `renter.not_signed_in`, or what reading a key file can throw. */
export async function runKeys(io: CliIo, options: KeysOptions): Promise<ExitCode> {
  const { create: wanted, user = "renter", json } = options;
  const file = wanted === undefined ? null : resolve(wanted);
  const identity = file === null ? await openKey(io, options) : await create(io, file, user);
  const printer = createPrinter(io, json === true);
  const keys = renterKeys(identity);
  if (json === true) {
    printer.line({ type: "keys", user: identity.name, renter_keys: keys });
    return 0;
  }
  if (file !== null) {
    printer.note(
      `Made ${file}. It holds the private key of ${visibleLine(identity.name)}: keep a copy, show it to nobody.`,
    );
  }
  io.out(`${keys}\n`);
  printer.note("This line is what the provider needs to rent you a number (rental grant --renter).");
  return 0;
}
