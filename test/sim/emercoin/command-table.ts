// Every command of the simulated node, by its name.

import type { CommandTable } from "./commands.ts";
import { addressCommands } from "./commands-address.ts";
import { chainCommands } from "./commands-chain.ts";
import { lockCommands } from "./commands-lock.ts";
import { nameWriteCommands } from "./commands-name-writes.ts";
import { nameCommands } from "./commands-names.ts";
import { nodeCommands } from "./commands-node.ts";
import { psbtCommands } from "./commands-psbt.ts";
import { randpayCommands } from "./commands-randpay.ts";
import { rawCommands } from "./commands-raw.ts";
import { walletCommands } from "./commands-wallet.ts";

export function commandTable(): CommandTable {
  const table: CommandTable = {
    ...chainCommands,
    ...nodeCommands(() => table),
    ...walletCommands,
    ...addressCommands,
    ...lockCommands,
    ...nameCommands,
    ...nameWriteCommands,
    ...rawCommands,
    ...randpayCommands,
    ...psbtCommands,
  };
  return table;
}
