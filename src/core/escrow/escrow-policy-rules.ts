// Whether a policy can be agreed to, by what it says of itself. Whether its terms are good is for people to judge.

import { AppError, type CoinCrypto, type CryptoSuite, type MicroEmc, microEmc } from "../../base/index.ts";
import { type ChainNetwork, FLAT_FEE_MICRO, multisigOutput, parseAddress } from "../../emercoin/index.ts";
import { ESCROW_ROLES, type EscrowPolicy, missingEscrowSignatures } from "../../registry/index.ts";
import type { EscrowFile } from "./escrow-file.ts";

export interface EscrowRuleDeps {
  readonly suite: CryptoSuite;
  readonly coin: CoinCrypto;
  readonly network: ChainNetwork;
}

/** Below it three shares and a fee could not be carried by the network. */
export const LEAST_ESCROW: MicroEmc = microEmc(10 * FLAT_FEE_MICRO);

export function escrowRefusal(code: `escrow.${string}`, message: string, hint: string): AppError {
  return new AppError(code, message, { hint });
}

const bad = (message: string): AppError =>
  escrowRefusal("escrow.bad_policy", message, "Do not sign it and do not pay to it. Ask for a new document.");

/**
 * That address, keys and parties of the policy belong together. Throws `escrow.bad_policy`, `emercoin.bad_descriptor` or
 * `emercoin.bad_address`.
 */
export function checkPolicy({ coin, network }: EscrowRuleDeps, policy: EscrowPolicy): void {
  if (multisigOutput(coin, policy.descriptor, network).addressText !== policy.address) {
    throw bad("the address of the policy is not that of its keys on this network");
  }
  const identities = new Set(ESCROW_ROLES.map((role) => policy.roles[role].verify));
  if (identities.size !== ESCROW_ROLES.length) throw bad("one identity has two roles in this escrow");
  for (const role of ESCROW_ROLES) parseAddress(coin, policy.roles[role].address, network);
  checkEscrowAmount(policy.amount);
}

/** Throws `escrow.bad_policy`. */
export function checkEscrowAmount(amount: MicroEmc): void {
  if (amount < LEAST_ESCROW) throw bad("the amount is too small to be divided");
}

/** Throws `escrow.not_agreed` until all three have signed. */
export function checkAgreed({ suite }: EscrowRuleDeps, { policy, signatures }: EscrowFile): void {
  const missing = missingEscrowSignatures(suite, policy, signatures);
  if (missing.length === 0) return;
  throw escrowRefusal(
    "escrow.not_agreed",
    `the policy is not signed by: ${missing.join(", ")}`,
    "Have them run `numberbox escrow accept` first.",
  );
}

/** Nobody pays into an escrow that could be refunded at once. Throws `escrow.expired`. */
export function checkNotExpired({ refundAfter }: EscrowPolicy, now: number): void {
  if (now < refundAfter) return;
  throw escrowRefusal(
    "escrow.expired",
    "the time of this escrow is over before anything was paid in",
    "Make a new one.",
  );
}
