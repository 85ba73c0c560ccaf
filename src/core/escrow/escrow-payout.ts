// What the parties may sign. Pure: every transaction is taken apart by our own codec and compared with the policy, so that neither the
// node nor another party has to be trusted.

import { equalBytes, type MicroEmc, microEmc, toHex } from "../../base/index.ts";
import {
  createPsbt,
  decodePsbt,
  decodeTransaction,
  encodePsbt,
  encodeStripped,
  FLAT_FEE_MICRO,
  finalisePsbt,
  multisigOutput,
  type Psbt,
  parseAddress,
  psbtSigners,
  scriptOfAddress,
  type Transaction,
  type TxOutput,
  transactionHex,
  txid as txidOf,
  unsignedInput,
  verifyInput,
  withPsbtInput,
} from "../../emercoin/index.ts";
import { ESCROW_ROLES, type EscrowPolicy, type EscrowRole, splitEscrow } from "../../registry/index.ts";
import type { EscrowFile, PaidIn, Settlement, SettlementKind } from "./escrow-file.ts";
import { type EscrowRuleDeps, escrowRefusal } from "./escrow-policy-rules.ts";
import { checkDecision } from "./escrow-statements.ts";

/** Clocks of parties and blocks differ by this much at most. */
const CLOCK_SKEW_S = 7200;

interface HeldOutput extends TxOutput {
  /** Of the transaction that paid in. */
  readonly time: number;
}

function heldScript({ coin, network }: EscrowRuleDeps, policy: EscrowPolicy) {
  const { witnessScript } = multisigOutput(coin, policy.descriptor, network);
  return { witnessScript, script: scriptOfAddress({ kind: "p2wsh", hash: coin.sha256(witnessScript) }) };
}

/** An output that the escrow holds. Throws `escrow.bad_funding`. */
function heldOutput(deps: EscrowRuleDeps, policy: EscrowPolicy, { hex, txid, vout }: PaidIn): HeldOutput {
  const tx = decodeTransaction(hex);
  const output = tx.outputs[vout];
  const { script } = heldScript(deps, policy);
  if (txidOf(deps.coin, tx) === txid && output !== undefined && equalBytes(output.script, script)) {
    return { ...output, time: tx.time };
  }
  throw escrowRefusal(
    "escrow.bad_funding",
    "the funding transaction does not pay into this escrow",
    "Ask for the right document.",
  );
}

/** The first output of a transaction that pays to the escrow, of `amount` where one is given; -1 for none. */
export function payingOutput(deps: EscrowRuleDeps, policy: EscrowPolicy, hex: string, amount?: MicroEmc): number {
  const { script } = heldScript(deps, policy);
  return decodeTransaction(hex).outputs.findIndex(
    (output) => equalBytes(output.script, script) && (amount === undefined || output.amount === amount),
  );
}

/** The output of the funding transaction that the escrow holds. Throws `escrow.not_funded` or `escrow.bad_funding`. */
export function fundedOutput(deps: EscrowRuleDeps, { policy, funding }: EscrowFile): HeldOutput {
  if (funding === null) {
    const hint = "Have the renter run `numberbox escrow fund`.";
    throw escrowRefusal("escrow.not_funded", "the escrow has no coins yet", hint);
  }
  const output = heldOutput(deps, policy, funding);
  if (output.amount === policy.amount) return output;
  throw escrowRefusal(
    "escrow.bad_funding",
    "the escrow was funded with another amount than agreed",
    "Pay the agreed amount in by `numberbox escrow fund`; what is there already goes back to the renter at the end.",
  );
}

export interface SettlementWish {
  readonly kind: SettlementKind;
  readonly earned: MicroEmc;
  readonly strays: readonly PaidIn[];
  /** Unix seconds; not before any of the coins'. */
  readonly time: number;
}

function spentOutputs(deps: EscrowRuleDeps, file: EscrowFile, strays: readonly PaidIn[]): readonly HeldOutput[] {
  const all = [...(file.funding === null ? [] : [file.funding]), ...strays];
  if (new Set(all.map(({ txid, vout }) => `${txid}:${vout}`)).size !== all.length) {
    throw escrowRefusal("escrow.wrong_payout", "the settlement names a coin twice", "Do not sign it.");
  }
  return [fundedOutput(deps, file), ...strays.map((stray) => heldOutput(deps, file.policy, stray))];
}

function shareOutputs(
  { coin, network }: EscrowRuleDeps,
  { roles }: EscrowPolicy,
  shares: Readonly<Record<EscrowRole, number>>,
): readonly TxOutput[] {
  return (["provider", "renter", "arbiter"] as const).flatMap((role): TxOutput[] => {
    if (shares[role] === 0) return [];
    if (shares[role] < FLAT_FEE_MICRO) {
      throw escrowRefusal(
        "escrow.too_small",
        `the ${role}'s share is below 0.0001 EMC, which the network does not carry`,
        "Choose another amount.",
      );
    }
    const address = parseAddress(coin, roles[role].address, network);
    return [{ amount: microEmc(shares[role]), script: scriptOfAddress(address) }];
  });
}

/**
 * The transaction that a settlement stands for: always the same outputs in the order provider, renter, arbiter. Throws as `fundedOutput`
 * does, `escrow.bad_split`, `escrow.too_small`.
 */
export function settlementTransaction(deps: EscrowRuleDeps, file: EscrowFile, wish: SettlementWish): Transaction {
  const { kind, earned, strays, time } = wish;
  const { policy, funding } = file;
  const spent = spentOutputs(deps, file, strays);
  const [{ amount: paidIn = microEmc(0) } = {}, ...others] = spent;
  const amount = microEmc(paidIn - FLAT_FEE_MICRO);
  const split = splitEscrow({ amount, earned, feesBps: policy.feesBps, byArbiter: kind === "decision" });
  const renter = others.reduce((sum, stray) => sum + stray.amount, Number(split.renter));
  const coins = funding === null ? strays : [funding, ...strays];
  return {
    version: 2,
    // A transaction must not be older than what it spends.
    time: Math.max(time, ...spent.map((output) => output.time)),
    inputs: coins.map(({ txid, vout }) => unsignedInput({ txid, vout })),
    outputs: shareOutputs(deps, policy, { ...split, renter }),
    lockTime: 0,
  };
}

/** A settlement without a signature. Throws as `settlementTransaction` does. */
export function proposeSettlement(deps: EscrowRuleDeps, file: EscrowFile, wish: SettlementWish): Settlement {
  const { witnessScript } = heldScript(deps, file.policy);
  const { kind, earned, strays } = wish;
  const psbt = spentOutputs(deps, file, strays).reduce(
    (made, { time: _, ...output }, at) => withPsbtInput(made, at, { output, witnessScript }),
    createPsbt(settlementTransaction(deps, file, wish)),
  );
  return { kind, earned, strays, psbt: encodePsbt(psbt) };
}

/** That a PSBT says of its inputs what the coins' own transactions say: whoever signs for other amounts signs nothing. */
function checkInputs(deps: EscrowRuleDeps, file: EscrowFile, settlement: Settlement, psbt: Psbt): void {
  const { witnessScript } = heldScript(deps, file.policy);
  const honest = spentOutputs(deps, file, settlement.strays).every(({ amount, script }, at) => {
    const { output, witnessScript: shown } = psbt.inputs[at] ?? {};
    const sameOutput = output?.amount === amount && equalBytes(output.script, script);
    // A finished input needs its script no more.
    return sameOutput && (shown == null || equalBytes(shown, witnessScript));
  });
  if (honest) return;
  throw escrowRefusal("escrow.wrong_payout", "the PSBT tells of other coins than the escrow holds", "Do not sign it.");
}

/**
 * The settlement's transaction when it is exactly what it says and what the policy allows. Call it before every signature. Throws
 * `escrow.no_settlement`, `escrow.wrong_payout`, `escrow.no_decision`, `emercoin.bad_psbt`, and as `settlementTransaction` does.
 */
export function checkSettlement(deps: EscrowRuleDeps, file: EscrowFile, now: number): Psbt {
  const { settlement } = file;
  if (settlement === null) {
    const hint = "Run `numberbox escrow release` or `refund`.";
    throw escrowRefusal("escrow.no_settlement", "nobody has proposed how the coins are divided", hint);
  }
  const psbt = decodePsbt(settlement.psbt);
  const wrong = (what: string) => escrowRefusal("escrow.wrong_payout", what, "Do not sign it.");
  if (psbt.tx.time > now + CLOCK_SKEW_S) throw wrong("the payout is dated into the future");
  const expected = settlementTransaction(deps, file, { ...settlement, time: psbt.tx.time });
  if (!equalBytes(encodeStripped(psbt.tx), encodeStripped(expected))) {
    throw wrong("the transaction pays otherwise than the document says");
  }
  checkInputs(deps, file, settlement, psbt);
  if (settlement.kind === "refund" && settlement.earned !== 0) {
    throw wrong("a refund gives all back to the renter; this one does not");
  }
  if (settlement.kind === "decision") checkDecision(deps, file);
  return psbt;
}

/** Roles whose good signatures are under all inputs of the settlement. */
export function signersOf({ coin }: EscrowRuleDeps, { policy, settlement }: EscrowFile): readonly EscrowRole[] {
  if (settlement === null) return [];
  const psbt = decodePsbt(settlement.psbt);
  const signed = psbt.inputs.map((_, at) => psbtSigners(coin, psbt, at).map(toHex));
  return ESCROW_ROLES.filter((role) => signed.every((keys) => keys.includes(policy.roles[role].key)));
}

export interface Payout {
  readonly hex: string;
  readonly txid: string;
}

/** The payout as it is sent, once two have signed; null before. Nothing but signatures is taken from the document. */
export function payoutOf(deps: EscrowRuleDeps, file: EscrowFile): Payout | null {
  if (file.settlement === null) return null;
  const { tx } = finalisePsbt(deps.coin, decodePsbt(file.settlement.psbt));
  if (tx === null) return null;
  const spent = spentOutputs(deps, file, file.settlement.strays);
  const sound = spent.every((output, at) => verifyInput(deps.coin, tx, at, output));
  return sound ? { hex: transactionHex(tx), txid: txidOf(deps.coin, tx) } : null;
}

/**
 * Who may sign which settlement: a release is between renter and provider; the arbiter signs his own decision, and a refund once its time
 * has come. Throws `escrow.not_for_arbiter` or `escrow.not_yet`.
 */
export function checkMaySign(policy: EscrowPolicy, kind: SettlementKind, role: EscrowRole, now: number): void {
  if (role !== "arbiter" || kind === "decision") return;
  if (kind === "release") {
    const hint = "Leave it to renter and provider, or run `numberbox escrow decide`.";
    throw escrowRefusal("escrow.not_for_arbiter", "a release is signed by renter and provider", hint);
  }
  if (now >= policy.refundAfter) return;
  const date = new Date(policy.refundAfter * 1000).toISOString().slice(0, 10);
  throw escrowRefusal(
    "escrow.not_yet",
    `the arbiter refunds without a decision only after ${date}`,
    "Wait, or decide the dispute.",
  );
}
