// Makes the driver of a slot that is an account of an SMPP gateway.

import { readFile } from "node:fs/promises";
import { AppError, fromUtf8, Secret, slotId, systemCodeOf } from "../base/index.ts";
import type { SmppSlot as SmppConfig } from "../config/index.ts";
import type { SlotDriver } from "../core/index.ts";
import { openSocket, SmppSlot, type SmppSlotDeps } from "../smpp/index.ts";
import { inDataFolder } from "./in-data-folder.ts";

export interface SmppDriverDeps extends Omit<SmppSlotDeps, "openGateway" | "password"> {
  readonly dataFolder: string;
}

/** The text of the file without the newline that an editor puts at its end. Rejects with `smpp.no_password` or `smpp.bad_password`. */
export async function readPassword(file: string): Promise<Secret<string>> {
  const bytes = await readFile(file).catch((cause: unknown) => {
    const reason = systemCodeOf(cause) ?? "?";
    throw new AppError("smpp.no_password", `password file ${file} cannot be read (${reason})`, {
      cause,
      hint: "Write the account's password into the file that `password_file` names, readable for the service's user.",
    });
  });
  try {
    return new Secret(fromUtf8(bytes).replace(/\r?\n$/, ""));
  } catch {
    throw new AppError("smpp.bad_password", `password file ${file} does not hold text in UTF-8`, {
      hint: "Write the account's password into it, as text.",
    });
  }
}

export function createSmppDriver(id: string, config: SmppConfig, deps: SmppDriverDeps): SlotDriver {
  const { url, system_id, password_file, system_type, bind, default_alphabet } = config;
  const file = inDataFolder(deps.dataFolder, password_file);
  return new SmppSlot(
    { id: slotId(id), url, systemId: system_id, systemType: system_type, bind, alphabet: default_alphabet },
    { ...deps, openGateway: openSocket, password: () => readPassword(file) },
  );
}
