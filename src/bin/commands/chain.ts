// `numberbox chain status|unlock|lock`: the Emercoin node of the running box.

import type { Command } from "commander";
import { AppError, parseEmc, shortEmc } from "../../base/index.ts";
import { type ChainView, chainView } from "../../protocol/index.ts";
import type { CliIo, ExitCode } from "../cli-io.ts";
import { openBoxApi } from "./box-api.ts";
import { dataFolder } from "./data-option.ts";
import { wholeNumber } from "./whole-number.ts";

interface Common {
  readonly data?: string;
  readonly json?: boolean;
}

const LOCKS = {
  unencrypted: "no passphrase",
  locked: "locked",
  unlocked: "open",
  minting: "open for minting only",
} as const;

function tell(io: CliIo, view: ChainView, json: boolean | undefined): void {
  if (json) return io.out(`${JSON.stringify(view)}\n`);
  const { node, wallet, problem } = view;
  if (!view.configured) return io.out("No Emercoin node is configured.\n");
  if (problem !== null) io.out(`${problem.code}: ${problem.message}\n  ${problem.hint ?? ""}\n`);
  if (node !== null) {
    const sync = node.synced ? `block ${node.height}` : `downloading, block ${node.height} of ${node.headers}`;
    io.out(`Node    ${node.version}, ${node.network} network, ${sync}, ${node.peers} peers\n`);
  }
  if (node !== null && wallet === null) io.out("Wallet  none is loaded\n");
  if (wallet !== null) {
    const amount = (text: string): string => shortEmc(parseEmc(text));
    io.out(
      `Wallet  ${amount(wallet.confirmed)} EMC, ${amount(wallet.unconfirmed)} on its way, ${LOCKS[wallet.lock]}\n`,
    );
    if (wallet.lock === "locked") io.out(`        the box ${view.ready ? "has" : "lacks"} its passphrase\n`);
  }
}

export function registerChain(program: Command, io: CliIo, _setExit: (code: ExitCode) => void): void {
  const chain = program.command("chain").description("the Emercoin node of the running box");
  const common = (command: Command): Command =>
    command
      .option("--data <folder>", "data folder of the running box or demo (default: NUMBERBOX_DATA)")
      .option("--json", "print JSON");
  const call = async (options: Common, method: "GET" | "POST", path: string, body?: unknown): Promise<void> => {
    const api = await openBoxApi(io, dataFolder(io, options.data));
    tell(io, await api.call({ method, path, reply: chainView, ...(body === undefined ? {} : { body }) }), options.json);
  };
  common(chain.command("status").description("node, height, wallet and its lock")).action((options: Common) =>
    call(options, "GET", "chain"),
  );
  common(chain.command("unlock").description("give the box the wallet's passphrase; it is read from standard input"))
    .option("--minutes <n>", "how long the box keeps it (default: until it stops)", wholeNumber(1, 525_600))
    .action(async (options: Common & { readonly minutes?: number }) => {
      const passphrase = (await io.readSecret?.("Passphrase of the Emercoin wallet: ")) ?? "";
      if (passphrase === "") {
        throw new AppError("bin.no_passphrase", "no passphrase was given", {
          hint: "Type it, or pipe it in from a file: numberbox chain unlock < FILE.",
        });
      }
      await call(options, "POST", "chain/unlock", { passphrase, minutes: options.minutes ?? null });
    });
  common(chain.command("lock").description("have the box forget the passphrase")).action((options: Common) =>
    call(options, "POST", "chain/lock", {}),
  );
}
