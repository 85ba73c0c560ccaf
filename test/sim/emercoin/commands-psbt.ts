// Partially signed transactions as RPC, with the rules of the node for who can sign what.

import type { CommandTable } from "./commands.ts";

export const psbtCommands: CommandTable = {};
