// What the doctor looks at of the Emercoin node and its wallet.

import { AppError, type ErrorCode, type MicroEmc, microEmc, shortEmc } from "../../base/index.ts";
import { NAME_OUTPUT, nameFee } from "../../emercoin/index.ts";
import { bad, type DoctorCheck, type DoctorFinding, good } from "../doctor.ts";
import type { ChainNode, NodeStatus, WalletGate, WalletStatus } from "./ports-chain.ts";

export interface ChainChecksDeps {
  readonly node: Pick<ChainNode, "status" | "name" | "lastPowReward">;
  readonly gate: WalletGate;
}

/** The oldest version whose behaviour the client knows. */
const OLDEST: readonly number[] = [0, 8, 6];
/** A name that nobody registers. */
const PROBE = "numberbox:doctor";
/** A listing's name and value, generously, renewed for a year. */
const RENEWAL = { operation: "update", days: 365, nameBytes: 64, valueBytes: 512 } as const;

const problem = (verdict: "warn" | "fail", code: ErrorCode, message: string, hint: string): DoctorFinding =>
  bad(verdict, new AppError(code, message, { hint }).toJSON());

function isOld(version: string): boolean {
  const numbers = (/^v?(\d+)\.(\d+)\.(\d+)/.exec(version) ?? []).slice(1).map(Number);
  for (const [at, least] of OLDEST.entries()) {
    const own = numbers[at] ?? 0;
    if (own !== least) return own < least;
  }
  return false;
}

function versionFinding({ version }: NodeStatus): DoctorFinding {
  if (!isOld(version)) return good("emercoin.version", `it is ${version}`);
  return problem(
    "fail",
    "emercoin.old_node",
    `it is ${version}, which is too old`,
    "Update Emercoin to 0.8.6 or newer.",
  );
}

function networkFinding({ network }: NodeStatus): DoctorFinding {
  if (network === "main") return good("emercoin.network", "it is on the main network");
  const message = `it is on the ${network} network, where nobody else looks`;
  return problem(
    "warn",
    "emercoin.not_main",
    message,
    "Take testnet and regtest out of emercoin.conf, unless you test.",
  );
}

function syncFinding({ synced, height, headers, peers }: NodeStatus): DoctorFinding {
  if (!synced) {
    const message = `it is still downloading: block ${height} of ${headers}`;
    return problem("fail", "emercoin.syncing", message, "Wait until it has caught up.");
  }
  if (peers > 0) return good("emercoin.synced", `it has block ${height} and ${peers} peers`);
  return problem("warn", "emercoin.no_peers", "it has no connection to other nodes", "Check its network.");
}

function lockFinding({ lock }: WalletStatus, ready: boolean): DoctorFinding {
  if (lock === "unencrypted") return good("emercoin.wallet_open", "the wallet has no passphrase");
  if (ready || lock === "unlocked") return good("emercoin.wallet_open", "the wallet opens");
  const code = lock === "minting" ? "emercoin.minting_only" : "emercoin.locked";
  const message = `the wallet is ${lock === "minting" ? "unlocked for minting only" : "locked"}: nothing is published or paid`;
  return problem("warn", code, message, "Give the box its passphrase: `numberbox chain unlock`.");
}

async function fundsFinding({ confirmed }: WalletStatus, node: ChainChecksDeps["node"]): Promise<DoctorFinding> {
  const fee = nameFee({ ...RENEWAL, lastPowReward: await node.lastPowReward() });
  const cost: MicroEmc = microEmc(fee + NAME_OUTPUT);
  const has = `the wallet has ${shortEmc(confirmed)} EMC`;
  if (confirmed >= cost) return good("emercoin.funds", `${has}; a name costs about ${shortEmc(cost)} for a year`);
  const message = `${has}, too little to renew a name for a year (${shortEmc(cost)})`;
  return problem("warn", "emercoin.no_funds", message, "Send EMC to the wallet before your names expire.");
}

async function walletFindings({ wallet }: NodeStatus, { node, gate }: ChainChecksDeps): Promise<DoctorFinding[]> {
  if (wallet === null) {
    const hint = "Load one in Emercoin, or correct `emercoin.wallet` in the configuration.";
    return [problem("fail", "emercoin.no_wallet", "it has no such wallet", hint)];
  }
  return [lockFinding(wallet, gate.ready), await fundsFinding(wallet, node)];
}

/** `gate` of a box that runs; of a stopped one it is never ready. */
export function chainCheck(deps: ChainChecksDeps): DoctorCheck {
  return {
    name: "Emercoin node",
    area: "chain",
    run: async () => {
      const status = await deps.node.status();
      const first = [versionFinding(status), networkFinding(status), syncFinding(status)];
      // What rests on names is not asked of a node that has none yet.
      if (!status.synced) return first;
      // Fails where the node keeps no index of names.
      await deps.node.name(PROBE);
      return [...first, good("emercoin.names", "it reads names"), ...(await walletFindings(status, deps))];
    },
  };
}
