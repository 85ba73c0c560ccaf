// The steps of a party, as REST and command line name them: what each would pay, and doing it.

import { assertNever, type MicroEmc, microEmc, type Secret } from "../../base/index.ts";
import { addressOfScript, addressText, decodePsbt, FLAT_FEE_MICRO, type Transaction } from "../../emercoin/index.ts";
import { ESCROW_ROLES, type EscrowPolicy, type EscrowRole } from "../../registry/index.ts";
import type { EscrowDesk, SettleWish } from "./escrow-desk.ts";
import type { EscrowFile, Evidence } from "./escrow-file.ts";
import { checkMaySign, checkSettlement } from "./escrow-payout.ts";
import { checkAgreed, checkPolicy, type EscrowRuleDeps, escrowRefusal } from "./escrow-policy-rules.ts";
import { checkHeard } from "./escrow-statements.ts";

export type EscrowAction =
  | { readonly step: "accept" | "fund" | "sign" | "send" }
  | { readonly step: "refund" }
  | { readonly step: "release"; readonly earned: MicroEmc }
  | { readonly step: "dispute"; readonly statement: string; readonly files: Evidence["files"] }
  | { readonly step: "decide"; readonly earned: MicroEmc; readonly reason: string };

export interface Acting {
  readonly desk: EscrowDesk;
  readonly file: EscrowFile;
  readonly role: EscrowRole;
  /** Unix seconds. */
  readonly now: number;
}

export interface EscrowPayment {
  /** Null for the escrow itself. */
  readonly role: EscrowRole | null;
  readonly address: string;
  readonly amount: MicroEmc;
}

/** What a step would pay. */
export interface EscrowPlan {
  readonly pays: readonly EscrowPayment[];
  /** Of the network; an estimate for a funding, 0 where nothing is paid. */
  readonly fee: MicroEmc;
}

const NOTHING: MicroEmc = microEmc(0);
const NO_PAYMENT: EscrowPlan = { pays: [], fee: NOTHING };

function payoutPlan({ coin, network }: EscrowRuleDeps, policy: EscrowPolicy, tx: Transaction): EscrowPlan {
  const pays = tx.outputs.map(({ amount, script }): EscrowPayment => {
    const parsed = addressOfScript(script);
    const address = parsed === null ? "" : addressText(coin, parsed, network);
    return { role: ESCROW_ROLES.find((role) => policy.roles[role].address === address) ?? null, address, amount };
  });
  return { pays, fee: microEmc(FLAT_FEE_MICRO) };
}

type Settling = Extract<EscrowAction, { step: "release" | "refund" | "decide" }>;

function settleWish(role: EscrowRole, action: Settling): SettleWish {
  if (action.step === "release") return { role, kind: "release", earned: action.earned };
  if (action.step === "decide") return { role, kind: "decision", earned: action.earned };
  return { role, kind: "refund", earned: NOTHING };
}

/** Checks a step and tells what it would pay; changes nothing. Errors: as `runEscrowStep`, without those of wallet and signature. */
export async function planEscrowStep(
  rules: EscrowRuleDeps,
  { desk, file, role, now }: Acting,
  action: EscrowAction,
): Promise<EscrowPlan> {
  const { policy } = file;
  switch (action.step) {
    case "accept":
      checkPolicy(rules, policy);
      return NO_PAYMENT;
    case "dispute":
      checkAgreed(rules, file);
      return NO_PAYMENT;
    case "fund":
      checkPolicy(rules, policy);
      checkAgreed(rules, file);
      return { pays: [{ role: null, address: policy.address, amount: policy.amount }], fee: microEmc(FLAT_FEE_MICRO) };
    case "sign":
      if (file.settlement !== null) checkMaySign(policy, file.settlement.kind, role, now);
      return payoutPlan(rules, policy, checkSettlement(rules, file, now).tx);
    case "send":
      return payoutPlan(rules, policy, checkSettlement(rules, file, now).tx);
    case "decide":
      if (role !== "arbiter") {
        throw escrowRefusal(
          "escrow.not_a_party",
          "only the arbiter decides",
          "Run `numberbox escrow dispute` instead.",
        );
      }
      checkHeard(rules, file, now);
      return payoutPlan(rules, policy, await proposedTx(desk, file, settleWish(role, action)));
    case "release":
    case "refund":
      return payoutPlan(rules, policy, await proposedTx(desk, file, settleWish(role, action)));
    default:
      return assertNever(action, "step");
  }
}

async function proposedTx(desk: EscrowDesk, file: EscrowFile, wish: SettleWish): Promise<Transaction> {
  // As if nobody had proposed: what the other party's document holds is not believed here.
  const { settlement } = await desk.propose({ ...file, settlement: null }, wish);
  return decodePsbt(settlement?.psbt ?? "").tx;
}

/** Does a step; the desk stores what comes of it. Errors: those of `EscrowDesk`. */
export async function runEscrowStep(
  { desk, file, role, now }: Acting,
  action: EscrowAction,
  seed: () => Promise<Secret<Uint8Array>>,
): Promise<EscrowFile> {
  switch (action.step) {
    case "accept":
      return await desk.accept(file, { role, seed: await seed() });
    case "fund":
      return await desk.fund(file);
    case "sign":
      return await desk.sign(file, role);
    case "send":
      await desk.send(file);
      return file;
    case "release":
    case "refund":
      return await desk.settle(file, settleWish(role, action));
    case "dispute": {
      const { statement, files } = action;
      return await desk.addEvidence(file, { role, statement, files, at: now }, await seed());
    }
    case "decide":
      return await desk.decide(file, { earned: action.earned, reason: action.reason }, await seed());
    default:
      return assertNever(action, "step");
  }
}
