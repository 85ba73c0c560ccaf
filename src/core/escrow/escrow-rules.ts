// What the parties may sign. Pure: every transaction is taken apart by our own codec and compared with the policy, so that neither the
// node nor another party has to be trusted.

import {
  AppError,
  type CoinCrypto,
  type CryptoSuite,
  equalBytes,
  fromBase64url,
  type MicroEmc,
  microEmc,
  type Secret,
  toBase64url,
  toHex,
} from "../../base/index.ts";
import {
  type ChainNetwork,
  createPsbt,
  decodePsbt,
  decodeTransaction,
  encodePsbt,
  FLAT_FEE_MICRO,
  multisigOutput,
  type Psbt,
  parseAddress,
  psbtSigners,
  scriptOfAddress,
  type Transaction,
  type TxOutput,
  txid as txidOf,
  unsignedInput,
  withPsbtInput,
} from "../../emercoin/index.ts";
import { canonicalBytes } from "../../envelope/index.ts";
import {
  ESCROW_ROLES,
  type EscrowPolicy,
  type EscrowRole,
  escrowCommitment,
  missingEscrowSignatures,
  splitEscrow,
} from "../../registry/index.ts";
import type { Decision, EscrowFile, Evidence, Settlement, SettlementKind } from "./escrow-file.ts";

export interface EscrowRuleDeps {
  readonly suite: CryptoSuite;
  readonly coin: CoinCrypto;
  readonly network: ChainNetwork;
}

function refused(code: `escrow.${string}`, message: string, hint: string): AppError {
  return new AppError(code, message, { hint });
}

/** That address and descriptor of the policy belong together. Throws `escrow.bad_policy` or `emercoin.bad_descriptor`. */
export function checkPolicyAddress({ coin, network }: EscrowRuleDeps, policy: EscrowPolicy): void {
  if (multisigOutput(coin, policy.descriptor, network).addressText === policy.address) return;
  throw refused(
    "escrow.bad_policy",
    "the address of the policy is not that of its keys on this network",
    "Do not pay to it.",
  );
}

/** Throws `escrow.not_agreed` until all three have signed. */
export function checkAgreed({ suite }: EscrowRuleDeps, { policy, signatures }: EscrowFile): void {
  const missing = missingEscrowSignatures(suite, policy, signatures);
  if (missing.length === 0) return;
  throw refused(
    "escrow.not_agreed",
    `the policy is not signed by: ${missing.join(", ")}`,
    "Have them run `numberbox escrow accept` first.",
  );
}

/** The output of the funding transaction that the escrow holds. Throws `escrow.not_funded` or `escrow.bad_funding`. */
export function fundedOutput(
  deps: EscrowRuleDeps,
  { policy, funding }: EscrowFile,
): TxOutput & { readonly time: number } {
  if (funding === null)
    throw refused("escrow.not_funded", "the escrow has no coins yet", "Have the renter run `numberbox escrow fund`.");
  const tx = decodeTransaction(funding.hex);
  const output = tx.outputs[funding.vout];
  const { witnessScript } = multisigOutput(deps.coin, policy.descriptor, deps.network);
  const script = scriptOfAddress({ kind: "p2wsh", hash: deps.coin.sha256(witnessScript) });
  if (txidOf(deps.coin, tx) !== funding.txid || output === undefined || !equalBytes(output.script, script)) {
    throw refused(
      "escrow.bad_funding",
      "the funding transaction does not pay into this escrow",
      "Ask for the right document.",
    );
  }
  if (output.amount !== policy.amount) {
    throw refused(
      "escrow.bad_funding",
      "the escrow was funded with another amount than agreed",
      "Make a new escrow, or refund this one.",
    );
  }
  return { ...output, time: tx.time };
}

export interface SettlementWish {
  readonly kind: SettlementKind;
  readonly earned: MicroEmc;
  /** Unix seconds; not before the funding's. */
  readonly time: number;
}

/** The transaction that a settlement stands for: always the same outputs in the order provider, renter, arbiter. */
export function settlementTransaction(
  deps: EscrowRuleDeps,
  file: EscrowFile,
  { kind, earned, time }: SettlementWish,
): Transaction {
  const { policy, funding } = file;
  const spent = fundedOutput(deps, file);
  const amount = microEmc(spent.amount - FLAT_FEE_MICRO);
  const split = splitEscrow({ amount, earned, feesBps: policy.feesBps, byArbiter: kind === "decision" });
  const outputs = (["provider", "renter", "arbiter"] as const).flatMap((role): TxOutput[] => {
    if (split[role] === 0) return [];
    if (split[role] < FLAT_FEE_MICRO) {
      throw refused(
        "escrow.too_small",
        `the ${role}'s share is below 0.0001 EMC, which the network does not carry`,
        "Choose another amount.",
      );
    }
    const address = parseAddress(deps.coin, policy.roles[role].address, deps.network);
    return [{ amount: split[role], script: scriptOfAddress(address) }];
  });
  const { txid = "", vout = 0 } = funding ?? {};
  return {
    version: 2,
    time: Math.max(time, spent.time),
    inputs: [unsignedInput({ txid, vout })],
    outputs,
    lockTime: 0,
  };
}

/** A settlement without a signature. Throws as `settlementTransaction` does. */
export function proposeSettlement(deps: EscrowRuleDeps, file: EscrowFile, wish: SettlementWish): Settlement {
  const { time: _, ...output } = fundedOutput(deps, file);
  const { witnessScript } = multisigOutput(deps.coin, file.policy.descriptor, deps.network);
  const psbt = withPsbtInput(createPsbt(settlementTransaction(deps, file, wish)), 0, { output, witnessScript });
  return { kind: wish.kind, earned: wish.earned, psbt: encodePsbt(psbt) };
}

/**
 * The settlement's transaction when it is exactly what it says and what the policy allows at `now`. Call it before every signature.
 * Throws `escrow.no_settlement`, `escrow.wrong_payout`, `escrow.not_yet` or `escrow.no_decision`.
 */
export function checkSettlement(deps: EscrowRuleDeps, file: EscrowFile, now: number): Psbt {
  const { settlement, policy } = file;
  if (settlement === null) {
    throw refused(
      "escrow.no_settlement",
      "nobody has proposed how the coins are divided",
      "Run `numberbox escrow release` or `refund`.",
    );
  }
  const psbt = decodePsbt(settlement.psbt);
  const expected = settlementTransaction(deps, file, { ...settlement, time: psbt.tx.time });
  if (psbt.tx.time > now + 7200)
    throw refused("escrow.wrong_payout", "the payout is dated into the future", "Do not sign it.");
  if (JSON.stringify(plain(psbt.tx)) !== JSON.stringify(plain(expected))) {
    throw refused("escrow.wrong_payout", "the transaction pays otherwise than the document says", "Do not sign it.");
  }
  if (settlement.kind === "refund" && settlement.earned !== 0) {
    throw refused(
      "escrow.wrong_payout",
      "a refund gives all back to the renter; this one does not",
      "Use release or a decision.",
    );
  }
  if (settlement.kind === "decision") checkDecision(deps, file);
  if (policy.roles.arbiter.verify === policy.roles.renter.verify)
    throw refused("escrow.bad_policy", "renter and arbiter are one", "Do not sign.");
  return psbt;
}

const plain = ({ version, time, inputs, outputs, lockTime }: Transaction): object => ({
  ...{ version, time, lockTime },
  inputs: inputs.map(({ txid, vout, sequence }) => [txid, vout, sequence]),
  outputs: outputs.map(({ amount, script }) => [amount, toHex(script)]),
});

/** Roles whose good signatures are in the settlement. */
export function signersOf(deps: EscrowRuleDeps, { policy, settlement }: EscrowFile): readonly EscrowRole[] {
  if (settlement === null) return [];
  const keys = psbtSigners(deps.coin, decodePsbt(settlement.psbt), 0).map(toHex);
  return ESCROW_ROLES.filter((role) => keys.includes(policy.roles[role].key));
}

/** A refund by renter and arbiter, without the provider, only after the agreed time. Throws `escrow.not_yet`. */
export function checkRefundTime(policy: EscrowPolicy, role: EscrowRole, now: number): void {
  if (role !== "arbiter" || now >= policy.refundAfter) return;
  const date = new Date(policy.refundAfter * 1000).toISOString().slice(0, 10);
  throw refused(
    "escrow.not_yet",
    `the arbiter refunds without a decision only after ${date}`,
    "Wait, or decide the dispute.",
  );
}

type Said = Omit<Evidence, "signature"> | (Omit<Decision, "signature"> & { readonly role: "arbiter" });

function statementBytes({ suite }: EscrowRuleDeps, policy: EscrowPolicy, said: Said): Uint8Array {
  return canonicalBytes({
    purpose: "numberbox-escrow-v1",
    policy: escrowCommitment(suite, policy),
    ...JSON.parse(JSON.stringify(said)),
  });
}

/** Signs evidence or a decision with the party's identity. Throws `escrow.not_a_party`. */
export function signStatement(
  deps: EscrowRuleDeps,
  policy: EscrowPolicy,
  said: Said,
  seed: Secret<Uint8Array>,
): string {
  if (toBase64url(deps.suite.ed25519Public(seed.reveal())) !== policy.roles[said.role].verify) {
    throw refused(
      "escrow.not_a_party",
      `this identity is not the ${said.role} of the escrow`,
      "Use the identity that the policy names.",
    );
  }
  return toBase64url(deps.suite.ed25519Sign(seed.reveal(), statementBytes(deps, policy, said)));
}

export function isSignedBy(deps: EscrowRuleDeps, policy: EscrowPolicy, said: Said, signature: string): boolean {
  const key = fromBase64url(policy.roles[said.role].verify);
  return (
    /^[\w-]{86}$/.test(signature) &&
    deps.suite.ed25519Verify(key, statementBytes(deps, policy, said), fromBase64url(signature))
  );
}

/** Throws `escrow.no_decision` unless the arbiter signed exactly this division. */
export function checkDecision(deps: EscrowRuleDeps, { policy, settlement, decision }: EscrowFile): void {
  if (decision !== null && settlement !== null) {
    const { signature, ...said } = decision;
    const same = decision.earned === settlement.earned;
    if (same && isSignedBy(deps, policy, { ...said, role: "arbiter" }, signature)) return;
  }
  throw refused(
    "escrow.no_decision",
    "the arbiter has not signed this division",
    "Have the arbiter run `numberbox escrow decide`.",
  );
}
