// How the coins get into an escrow: once, whatever copies of the document there are, and whichever process dies when.

import { AppError, type Clock, hasCode } from "../../base/index.ts";
import { decodeTransaction } from "../../emercoin/index.ts";
import type { EscrowPolicy } from "../../registry/index.ts";
import type { ChainReader, CoinWallet, SentCoins, WalletGate } from "../chain/ports-chain.ts";
import type { EscrowFile, PaidIn } from "./escrow-file.ts";
import { fundedOutput, type Payout, payingOutput } from "./escrow-payout.ts";
import { checkAgreed, checkNotExpired, checkPolicy, type EscrowRuleDeps } from "./escrow-policy-rules.ts";

export interface EscrowFundingDeps extends EscrowRuleDeps {
  readonly node: ChainReader & CoinWallet & SentCoins;
  readonly gate: WalletGate;
  readonly clock: Pick<Clock, "now">;
  /** Resolves when the document is durable. */
  readonly store: (file: EscrowFile) => Promise<void>;
}

/** Of a transaction that the node has a coin of. Errors: `emercoin.bad_reply`, the node's. */
export async function transactionHexOf(node: Pick<ChainReader, "transaction">, txid: string): Promise<string> {
  const found = await node.transaction(txid);
  if (found !== null) return found.hex;
  throw new AppError("emercoin.bad_reply", "the node has a coin but not its transaction", {
    hint: "Ask again when the node has caught up.",
    retryable: true,
  });
}

export class EscrowFunding {
  readonly #deps: EscrowFundingDeps;

  constructor(deps: EscrowFundingDeps) {
    this.#deps = deps;
  }

  /**
   * Pays in, once: whatever funding the chain or the wallet knows of is taken into the document, also in place of one that another copy
   * of it made and nobody sent; a funding that is only stored is sent. Errors: `escrow.not_agreed`, `escrow.expired`, the node's.
   */
  async fund(file: EscrowFile): Promise<EscrowFile> {
    const { node, gate } = this.#deps;
    checkPolicy(this.#deps, file.policy);
    checkAgreed(this.#deps, file);
    const known = await this.#thatCounts(file);
    if (known !== null) {
      const next = await this.#adopt(file, known);
      await node.broadcast(known.hex);
      return next;
    }
    checkNotExpired(file.policy, Math.floor(this.#deps.clock.now() / 1000));
    const { address, amount } = file.policy;
    const { hex, txid, inputs } = await gate.unlocked("escrow", () => node.fund([{ address, amount }]));
    const funded = { ...file, funding: { hex, txid, vout: payingOutput(this.#deps, file.policy, hex, amount) } };
    try {
      fundedOutput(this.#deps, funded);
      await this.#deps.store(funded);
    } catch (error) {
      await node.release(inputs);
      throw error;
    }
    await node.broadcast(hex);
    return funded;
  }

  /**
   * Sends a stored funding again that the chain does not know. One that was never in a block is the renter's to send: only his wallet
   * knows of others that it sent.
   */
  async resume(file: EscrowFile): Promise<EscrowFile> {
    const { policy, funding, settlement } = file;
    if (funding === null || (await this.#isKnown(funding.txid))) return file;
    const known = await this.#thatCounts(file);
    if (known === null) return file;
    const next = await this.#adopt(file, known);
    const wasInChain = settlement !== null || known !== funding;
    if (wasInChain || (await this.#deps.node.owns(policy.roles.renter.address))) await this.sendAgain(known);
    return next;
  }

  /** Sends what the chain does not know. That it does not want it is no error. */
  async sendAgain({ hex, txid }: Payout): Promise<void> {
    if (await this.#isKnown(txid)) return;
    await this.#deps.node.broadcast(hex).catch((error: unknown) => {
      if (hasCode(error, "emercoin.inputs_spent") || hasCode(error, "emercoin.rejected")) return;
      throw error;
    });
  }

  /** In a block or waiting for one. */
  async #isKnown(txid: string): Promise<boolean> {
    const found = await this.#deps.node.transaction(txid);
    return found !== null && found.confirmations >= 0;
  }

  /**
   * The funding that counts. Copies of one document may hold different ones, of which only one may be sent: that which the chain or the
   * wallet knows. Under a settlement it was in a block already, and no other takes its place.
   */
  async #thatCounts({ policy, funding, settlement }: EscrowFile): Promise<PaidIn | null> {
    if (funding !== null && (settlement !== null || (await this.#isKnown(funding.txid)))) return funding;
    return (await this.#paidBefore(policy)) ?? funding;
  }

  async #adopt(file: EscrowFile, known: PaidIn): Promise<EscrowFile> {
    const { funding } = file;
    if (funding?.txid === known.txid) return file;
    const next = { ...file, funding: known };
    await this.#deps.store(next);
    // Nobody sends it any more.
    if (funding !== null) await this.#deps.node.release(decodeTransaction(funding.hex).inputs);
    return next;
  }

  /** A funding that the document need not know of: another copy of it was used, or the file was overwritten. */
  async #paidBefore(policy: EscrowPolicy): Promise<PaidIn | null> {
    const { node } = this.#deps;
    const sent = await node.paidTo(policy.address);
    const held = (await node.unspentAt(policy.address)).map(({ txid }) => txid);
    for (const txid of new Set([...sent, ...held])) {
      const hex = await transactionHexOf(node, txid);
      const vout = payingOutput(this.#deps, policy, hex, policy.amount);
      if (vout >= 0) return { hex, txid, vout };
    }
    return null;
  }
}
