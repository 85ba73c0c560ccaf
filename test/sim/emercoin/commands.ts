// How a command is described: its usage as the node prints it, its arguments, what it does.

import type { Json } from "./json-values.ts";
import type { NodeState } from "./node-state.ts";
import type { Args } from "./rpc-args.ts";
import type { SimWallet } from "./sim-wallet.ts";

export interface Call {
  readonly node: NodeState;
  readonly args: Args;
  /** The wallet the request is for. Throws -18 or -19. */
  readonly wallet: SimWallet;
  readonly method: string;
  /** The wallet in the request's path; null for none. */
  readonly path: string | null;
}

export interface Command {
  /** First line of its help. */
  readonly usage: string;
  /** Names of the arguments, in order, for calls that name them. */
  readonly names: readonly string[];
  readonly least: number;
  readonly most: number;
  readonly needsWallet: boolean;
  readonly run: (call: Call) => Json | Promise<Json>;
}

export type CommandTable = Readonly<Record<string, Command>>;

/**
 * `usage` is the node's own line; the arguments are read off it: those in round or square brackets are optional. `names` overrides
 * them where the line shows structures: a `?` behind a name makes it optional.
 */
export function command(
  usage: string,
  run: Command["run"],
  options: { readonly names?: string; readonly wallet?: boolean } = {},
): Command {
  const parsed = options.names === undefined ? argumentsOf(usage) : listed(options.names);
  const least = parsed.filter(({ optional }) => !optional).length;
  const names = parsed.map(({ name }) => name);
  return { usage, names, least, most: names.length, needsWallet: options.wallet ?? false, run };
}

/** A command of one wallet. */
export const walletCommand = (usage: string, run: Command["run"], names?: string): Command =>
  command(usage, run, { wallet: true, ...(names === undefined ? {} : { names }) });

interface Argument {
  readonly name: string;
  readonly optional: boolean;
}

function listed(names: string): readonly Argument[] {
  return names
    .split(" ")
    .filter((one) => one !== "")
    .map((one) => ({ name: one.replace("?", ""), optional: one.endsWith("?") }));
}

function argumentsOf(usage: string): readonly Argument[] {
  const out: Argument[] = [];
  let depth = 0;
  for (const token of usage.split(" ").slice(1)) {
    if (token === "(") depth++;
    else if (token === ")") depth--;
    else out.push({ name: token.replace(/["<>[\]]|=.*/g, ""), optional: depth > 0 || token.startsWith("[") });
  }
  return out;
}

/** The text of -1 for too few or too many arguments: the help of the command. */
export function helpText({ usage }: Command): string {
  return `${usage}\n\nThis is a simulated node: see its reference for what the command does.\n`;
}
