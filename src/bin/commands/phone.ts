// `numberbox phone list|add|rename|remove`: Android phones as slots, from the command line.

import type { Command } from "commander";
import { AppError, fromUtf8, printQr } from "../../base/index.ts";
import { type PhoneView, phoneInvitation, phonesReply, phoneView } from "../../protocol/index.ts";
import type { CliIo, ExitCode } from "../cli-io.ts";
import { openBoxApi } from "./box-api.ts";
import { dataFolder, readConfigText } from "./data-option.ts";

interface Common {
  readonly data?: string;
  readonly json?: boolean;
}

interface AddOptions extends Common {
  readonly api?: string;
  readonly user?: string;
  readonly passwordFile?: string;
  readonly boxUrl?: string;
}

const common = (command: Command): Command =>
  command
    .option("--data <folder>", "data folder of the running box or demo (default: NUMBERBOX_DATA)")
    .option("--json", "JSON");

function tell(io: CliIo, phone: PhoneView, json: boolean | undefined): void {
  if (json) return io.out(`${JSON.stringify(phone)}\n`);
  const battery = phone.battery === null ? "-" : `${phone.battery.percent} %${phone.battery.charging ? " +" : ""}`;
  const slots = phone.sims.map(({ sim, slot }) => `SIM ${sim}: ${slot ?? "-"}`).join(", ");
  const trouble = [phone.problem, ...phone.warnings].flatMap((problem) => (problem === null ? [] : [problem.code]));
  const columns = [phone.name.padEnd(16), phone.state.padEnd(8), battery.padEnd(7), phone.model ?? "-", slots || "-"];
  io.out(`${[...columns, `${phone.received} SMS`, ...trouble].join("  ")}\n`);
}

export function registerPhone(program: Command, io: CliIo, _setExit: (code: ExitCode) => void): void {
  const phone = program.command("phone").description("Android phones with the app SMS Gateway, as slots");
  common(phone.command("list").description("all phones")).action(async (options: Common) => {
    const api = await openBoxApi(io, dataFolder(io, options.data));
    const { phones } = await api.call({ method: "GET", path: "phones", reply: phonesReply });
    for (const each of phones) tell(io, each, options.json);
  });
  common(phone.command("add").description("register a phone"))
    .argument("<name>", "the name that the configuration's slots say")
    .option("--api <url>", "the app's own server, http://address:8080: the box then sets the phone up by itself")
    .option("--user <name>", "as the app's first page shows it")
    .option("--password-file <file>", "a file with the password that the app's first page shows; - for standard input")
    .option("--box-url <url>", "how the phone reaches the box; the app takes https, or 127.0.0.1 by way of USB")
    .action((name: string, options: AddOptions) => addPhone(io, name, options));
  common(phone.command("rename").description("give a phone another name"))
    .argument("<name>")
    .argument("<new-name>")
    .action(async (name: string, newName: string, options: Common) => {
      const api = await openBoxApi(io, dataFolder(io, options.data));
      const path = `phones/${encodeURIComponent(name)}`;
      tell(io, await api.call({ method: "PATCH", path, body: { name: newName }, reply: phoneView }), options.json);
    });
  common(phone.command("remove").description("forget a phone: what it sends is refused from then on"))
    .argument("<name>")
    .action(async (name: string, options: Common) => {
      const api = await openBoxApi(io, dataFolder(io, options.data));
      const path = `phones/${encodeURIComponent(name)}`;
      const { phones } = await api.call({ method: "DELETE", path, reply: phonesReply });
      if (options.json) for (const each of phones) tell(io, each, true);
      else io.out(`${name} is removed.\n`);
    });
}

/** Not an option of its own: other users of the machine see the arguments of every process. */
async function readPassword(io: CliIo, file: string): Promise<string> {
  return (file === "-" ? fromUtf8(await io.readInput()) : await readConfigText(file)).trim();
}

async function addPhone(io: CliIo, name: string, options: AddOptions): Promise<void> {
  const { api: url, user, passwordFile, boxUrl, json } = options;
  if (url !== undefined && (user === undefined || passwordFile === undefined)) {
    throw new AppError("phone.no_credentials", "--api needs --user and --password-file", {
      hint: "The app shows both under Local Server on its first page.",
    });
  }
  const box = await openBoxApi(io, dataFolder(io, options.data));
  const body = {
    name,
    ...(url === undefined ? {} : { api: { url, user, password: await readPassword(io, passwordFile ?? "-") } }),
    ...(boxUrl === undefined ? {} : { box_url: boxUrl }),
  };
  const made = await box.call({ method: "POST", path: "phones", body, reply: phoneInvitation });
  if (json) return io.out(`${JSON.stringify(made)}\n`);
  tell(io, made.phone, false);
  if (url !== undefined && made.phone.problem === null) {
    io.out("The app is set up. Restart it once, so that it begins to report.\n");
    return;
  }
  io.out(
    [
      "1. Install SMS Gateway for Android on the phone, switch on Local Server, tap Offline so that it says Online.",
      "2. Scan this with the phone's camera and open the page; it asks for the user and password that the app shows.",
      printQr(made.qr),
      `   ${made.join_url}`,
      "3. Restart the app once.",
      "Or by hand, in the app's API (POST /webhooks, one for each event) and its settings:",
      `   webhook URL  ${made.webhook_url}`,
      `   signing key  ${made.signing_key}`,
      "",
    ].join("\n"),
  );
}
