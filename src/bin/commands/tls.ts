// `numberbox tls show`: the fingerprint that a person compares before he trusts the box's authority.

import type { Command } from "commander";
import { readBoxCertificates } from "../../app/index.ts";
import { AppError } from "../../base/index.ts";
import type { CliIo, ExitCode } from "../cli-io.ts";
import { dataFolder } from "./data-option.ts";

interface Options {
  readonly data?: string;
  readonly json?: boolean;
}

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

async function show(io: CliIo, options: Options): Promise<void> {
  const folder = dataFolder(io, options.data);
  const found = await readBoxCertificates(folder);
  if (found === null) {
    throw new AppError("tls.none", `there is no certificate of the box's own in ${folder}`, {
      hint: "Set `web.tls.mode: box` in the configuration and start the box.",
    });
  }
  if (options.json === true) {
    io.out(`${JSON.stringify(found)}\n`);
    return;
  }
  const { authority, leaf, file } = found;
  io.out(`The box's authority: ${authority.subject}, until ${dayOf(authority.notAfter)}\n`);
  io.out(`  SHA-256 ${authority.fingerprint}\n  file    ${file}\n`);
  io.out(`The console's certificate: until ${dayOf(leaf.notAfter)}, for ${leaf.hosts.join(", ")}\n`);
  io.out(`  SHA-256 ${leaf.fingerprint}\n`);
  io.out("Compare the first fingerprint with what your device shows before you install the authority.\n");
}

export function registerTls(program: Command, io: CliIo, _setExit: (code: ExitCode) => void): void {
  program
    .command("tls")
    .description("the certificate of the console")
    .command("show")
    .description("fingerprints, names and dates of the box's own authority and certificate")
    .option("--data <folder>", "data folder of the box (default: NUMBERBOX_DATA)")
    .option("--json", "as one JSON object")
    .action(async (options: Options) => show(io, options));
}
