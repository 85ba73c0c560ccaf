// The escrows that orders are paid by: made with the box's own terms, signed at once, and looked at in the chain as any other payment is.

import { AppError, days, isAppError, type MicroEmc, microEmc, type UnixMs, utf8 } from "../../base/index.ts";
import { addressOfScript, addressText, type ChainNetwork, decodePsbt, FLAT_FEE_MICRO } from "../../emercoin/index.ts";
import { type EscrowFile, parseEscrowFile } from "../escrow/escrow-file.ts";
import { fundedOutput } from "../escrow/escrow-payout.ts";
import type { EscrowRuleDeps } from "../escrow/escrow-policy-rules.ts";
import type { EscrowTerms } from "../escrow/escrow-proposal.ts";
import type { Escrows } from "../escrow/escrows.ts";
import type { StoredEscrow } from "../escrow/ports-escrow.ts";
import type { EscrowMoney, EscrowOrder, OrderEscrowSource } from "../payments/ports-payment.ts";

export interface OrderEscrowsDeps extends Pick<EscrowRuleDeps, "suite" | "coin"> {
  readonly escrows: Pick<Escrows, "list" | "propose" | "act" | "take" | "view" | "arbiters">;
  readonly network: () => Promise<ChainNetwork>;
  /** What the box's listings say. */
  readonly terms: { readonly feesBps: number; readonly disputeDays: number; readonly refundDays: number };
  /** Blocks over a payout that is final. */
  readonly confirmations: number;
  readonly now: () => UnixMs;
}

const NOTHING: EscrowMoney = { funding: null, payout: null };

export class OrderEscrows implements OrderEscrowSource {
  readonly #deps: OrderEscrowsDeps;

  constructor(deps: OrderEscrowsDeps) {
    this.#deps = deps;
  }

  at(address: string): EscrowFile | null {
    return this.#find(address)?.file ?? null;
  }

  async offer({ renter, arbiter: verify, feesBps, amount }: EscrowOrder): Promise<EscrowFile> {
    const { escrows } = this.#deps;
    const arbiter = escrows.arbiters().find((each) => each.verify === verify);
    if (arbiter === undefined) throw otherTerms("the arbiter is none of those that this provider trusts");
    if (feesBps !== this.#deps.terms.feesBps) throw otherTerms("the arbiter's fee is another one now");
    const { file } = await escrows.propose({ renter, arbiter: arbiter.name, terms: this.#terms(amount) });
    // The terms are the box's own, and a signature moves no coins.
    return (await escrows.act(file.policy.escrowId, { step: "accept" })).file;
  }

  async take(address: string, text: string): Promise<void> {
    const file = parseEscrowFile(utf8(text));
    const known = this.at(address);
    if (known === null || known.policy.escrowId !== file.policy.escrowId) {
      throw new AppError("escrow.other_policy", "the document is not of the escrow that pays for this order", {
        hint: "Hand in the one of this order.",
      });
    }
    await this.#deps.escrows.take(file);
  }

  async money(address: string): Promise<EscrowMoney> {
    const { escrows, confirmations, suite, coin, network } = this.#deps;
    const known = this.#find(address);
    if (known === null || known.file.funding === null) return NOTHING;
    const rules = { suite, coin, network: await network() };
    if (!isFunded(rules, known.file)) return NOTHING;
    const { file, status } = await escrows.view(known.file.policy.escrowId);
    const { funding, policy } = file;
    if (funding === null) return NOTHING;
    const { unspent, payoutConfirmations } = status;
    // Coins that went by another payout than that of the document are not there any more.
    const isThere = unspent || payoutConfirmations !== null;
    const { txid, vout } = funding;
    const paid = { txid, vout, amount: policy.amount, confirmations: isThere ? (status.fundingConfirmations ?? 0) : 0 };
    const isFinal = payoutConfirmations !== null && payoutConfirmations >= confirmations;
    return { funding: paid, payout: isFinal ? payoutOf(rules, file) : null };
  }

  #find(address: string): StoredEscrow | null {
    return this.#deps.escrows.list().find(({ file }) => file.policy.address === address) ?? null;
  }

  #terms(amount: MicroEmc): EscrowTerms {
    const { terms, now } = this.#deps;
    return {
      amount,
      feesBps: terms.feesBps,
      disputeS: Math.floor(days(terms.disputeDays) / 1000),
      refundAfter: Math.floor((now() + days(terms.refundDays)) / 1000),
    };
  }
}

/** Whether the document's payment is one into this escrow, of the amount that was agreed. */
function isFunded(rules: EscrowRuleDeps, file: EscrowFile): boolean {
  try {
    fundedOutput(rules, file);
    return true;
  } catch (error) {
    if (isAppError(error)) return false;
    throw error;
  }
}

/** What the provider got of it, and the network. Coins that were paid in besides the agreed ones go back to the renter: no fee of ours. */
function payoutOf({ coin, network }: EscrowRuleDeps, { policy, settlement }: EscrowFile): EscrowMoney["payout"] {
  if (settlement === null) return null;
  let received = 0;
  for (const { amount, script } of decodePsbt(settlement.psbt).tx.outputs) {
    const parsed = addressOfScript(script);
    const address = parsed === null ? "" : addressText(coin, parsed, network);
    if (address === policy.roles.provider.address) received += amount;
  }
  return { received: microEmc(received), fee: microEmc(FLAT_FEE_MICRO) };
}

function otherTerms(what: string): AppError {
  return new AppError("escrow.other_terms", what, { hint: "Look at the listing again, and order anew." });
}
