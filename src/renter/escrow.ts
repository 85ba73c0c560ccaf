// An escrow as its renter sees it without a node: what the document says and proves by itself. Whether its transactions are in blocks only
// a node knows; coins are moved by the renter's wallet.

import { AppError, type CryptoSuite, type Secret, toBase64url, utf8 } from "../base/index.ts";
import {
  checkAgreed,
  checkNotExpired,
  checkPolicy,
  type EscrowFacts,
  type EscrowFile,
  type EscrowPhase,
  type EscrowRuleDeps,
  type EscrowStep,
  escrowPhase,
  escrowSteps,
  mergeEscrowFiles,
  newEscrowFile,
  parseEscrowFile,
  payoutOf,
  signersOf,
  signStatement,
} from "../core/index.ts";
import { type ChainNetwork, isAddress, multisigOutput, NETWORKS } from "../emercoin/index.ts";
import { nobleCoin } from "../envelope/index.ts";
import { escrowParty } from "../protocol/index.ts";
import {
  type EscrowParty,
  type EscrowPolicy,
  type EscrowRole,
  missingEscrowSignatures,
  signEscrow,
} from "../registry/index.ts";

const ROLE: EscrowRole = "renter";

export interface EscrowState {
  readonly file: EscrowFile;
  readonly network: ChainNetwork;
  /** By the document alone: a funding and a payout that stand in it count as sent. */
  readonly phase: EscrowPhase;
  /** What the renter can do next. */
  readonly steps: readonly EscrowStep[];
  /** Who has not signed the policy. */
  readonly missing: readonly EscrowRole[];
  /** Who has signed the payout. */
  readonly signed: readonly EscrowRole[];
  /** Id of the payout that two have signed. */
  readonly payout: string | null;
}

const NETWORK_NAMES = Object.keys(NETWORKS) as readonly ChainNetwork[];

/** The network whose address the policy names. Throws `escrow.bad_policy`, `emercoin.bad_descriptor`. */
function rulesOf(suite: CryptoSuite, policy: EscrowPolicy): EscrowRuleDeps {
  const { descriptor, address } = policy;
  const network = NETWORK_NAMES.find((each) => multisigOutput(nobleCoin, descriptor, each).addressText === address);
  const rules = { suite, coin: nobleCoin, network: network ?? "main" };
  checkPolicy(rules, policy);
  return rules;
}

/** Throws `escrow.bad_party` for what is no key and address of a wallet. */
export function checkWalletPart({ key, address }: { readonly key: string; readonly address: string }): void {
  const part = escrowParty.pick({ key: true, address: true }).safeParse({ key, address });
  if (part.success && NETWORK_NAMES.some((network) => isAddress(nobleCoin, address, network))) return;
  throw new AppError("escrow.bad_party", "that is not a public key and an address of a wallet", {
    hint: "The key has 66 digits and begins with 02 or 03.",
  });
}

/** The renter's part of an escrow that is to be made: his identity, with a key and an address of his wallet. Throws `escrow.bad_party`. */
export function escrowPart(verify: string, { key, address }: Pick<EscrowParty, "key" | "address">): EscrowParty {
  checkWalletPart({ key, address });
  return { verify, key, address };
}

export interface EscrowReader {
  readonly suite: CryptoSuite;
  /** Verify key of the rental. */
  readonly verify: Uint8Array;
  /** Verify key of the rental's provider, base64url. */
  readonly provider: string;
  /** Unix seconds. */
  readonly now: number;
}

/**
 * Takes in a document that another party sent. Only what is signed, or fits the policy, is taken of it. Throws `escrow.bad_file`,
 * `escrow.bad_policy`, `escrow.not_a_party`, `escrow.other_provider`, `escrow.other_policy`.
 */
export function takeEscrow(reader: EscrowReader, text: string, own: EscrowFile | null): EscrowFile {
  const { suite, verify, provider, now } = reader;
  const other = parseEscrowFile(utf8(text));
  const rules = rulesOf(suite, other.policy);
  const { roles } = other.policy;
  if (roles.renter.verify !== toBase64url(verify)) {
    throw new AppError("escrow.not_a_party", "the key of this rental is not the renter of this escrow", {
      hint: "Take it in at the rental that it is for.",
    });
  }
  if (roles.provider.verify !== provider) {
    throw new AppError("escrow.other_provider", "the escrow names another provider than the rental", {
      hint: "Do not sign it and do not pay to it.",
    });
  }
  const merged = mergeEscrowFiles(rules, own ?? newEscrowFile(other.policy), other, now);
  // Whatever cannot be told of is not kept.
  escrowState(suite, merged, now);
  return merged;
}

/** Throws `escrow.bad_policy`. */
export function escrowState(suite: CryptoSuite, file: EscrowFile, now: number): EscrowState {
  const { policy, signatures, funding, evidence, settlement } = file;
  const rules = rulesOf(suite, policy);
  const payout = payoutOf(rules, file);
  const facts: EscrowFacts = {
    missing: missingEscrowSignatures(suite, policy, signatures),
    refundDue: now >= policy.refundAfter,
    fundingConfirmations: funding === null ? null : 1,
    unspent: funding !== null,
    disputed: evidence.length > 0,
    settlement: settlement?.kind ?? null,
    signed: signersOf(rules, file),
    payoutConfirmations: null,
  };
  return {
    ...{ file, network: rules.network, phase: escrowPhase(facts), steps: escrowSteps(facts, ROLE) },
    ...{ missing: facts.missing, signed: facts.signed, payout: payout?.txid ?? null },
  };
}

/** Agrees to the policy. Throws `escrow.expired`, `escrow.not_a_party`. */
export function agreeEscrow(
  suite: CryptoSuite,
  file: EscrowFile,
  { seed, now }: { readonly seed: Secret<Uint8Array>; readonly now: number },
): EscrowFile {
  const { policy, signatures } = file;
  rulesOf(suite, policy);
  if (file.funding === null) checkNotExpired(policy, now);
  return { ...file, signatures: { ...signatures, renter: signEscrow(suite, policy, { role: ROLE, seed }) } };
}

/** Adds a statement for the arbiter. Throws `escrow.not_agreed`, `escrow.not_a_party`. */
export function disputeEscrow(
  suite: CryptoSuite,
  file: EscrowFile,
  { statement, seed, now }: { readonly statement: string; readonly seed: Secret<Uint8Array>; readonly now: number },
): EscrowFile {
  const rules = rulesOf(suite, file.policy);
  checkAgreed(rules, file);
  const said = { role: ROLE, statement, files: [], at: now };
  const signature = signStatement(rules, file.policy, said, seed);
  return { ...file, evidence: [...file.evidence, { ...said, signature }] };
}
