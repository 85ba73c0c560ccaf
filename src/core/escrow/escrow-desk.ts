// What a party does with an escrow, over its own node. Every step gives a new document that the caller stores before anything is sent:
// funding and payout are made, stored, and then sent as often as it takes.

import { AppError, type Clock, type MicroEmc, microEmc, type Secret, toHex } from "../../base/index.ts";
import { combinePsbts, decodePsbt, encodePsbt, parseMultisigDescriptor } from "../../emercoin/index.ts";
import { type EscrowRole, missingEscrowSignatures, signEscrow } from "../../registry/index.ts";
import type { ChainReader, CoinWallet, MultisigNode, SentCoins, WalletGate } from "../chain/ports-chain.ts";
import { type EscrowFile, type Evidence, MAX_STRAYS, type PaidIn, type SettlementKind } from "./escrow-file.ts";
import { EscrowFunding, transactionHexOf } from "./escrow-funding.ts";
import {
  checkMaySign,
  checkSettlement,
  fundedOutput,
  payoutOf,
  proposeSettlement,
  signersOf,
} from "./escrow-payout.ts";
import { type EscrowFacts, type EscrowPhase, escrowPhase } from "./escrow-phase.ts";
import {
  checkAgreed,
  checkNotExpired,
  checkPolicy,
  type EscrowRuleDeps,
  escrowRefusal,
} from "./escrow-policy-rules.ts";
import { checkHeard, signStatement } from "./escrow-statements.ts";

export type EscrowNode = ChainReader & CoinWallet & MultisigNode & SentCoins;

export interface EscrowDeskDeps extends EscrowRuleDeps {
  readonly node: EscrowNode;
  readonly gate: WalletGate;
  readonly clock: Pick<Clock, "now">;
  /** Blocks over the funding before anybody signs a payout. */
  readonly confirmations: number;
  /** Resolves when the document is durable. */
  readonly store: (file: EscrowFile) => Promise<void>;
}

export interface EscrowStatus extends EscrowFacts {
  readonly phase: EscrowPhase;
  readonly payout: string | null;
}

export interface SettleWish {
  readonly role: EscrowRole;
  readonly kind: SettlementKind;
  readonly earned: MicroEmc;
}

export class EscrowDesk {
  readonly #deps: EscrowDeskDeps;
  readonly #funding: EscrowFunding;

  constructor(deps: EscrowDeskDeps) {
    this.#deps = deps;
    this.#funding = new EscrowFunding(deps);
  }

  /** Agrees: checks the policy, signs it, and has the wallet sign for its address. Errors: `escrow.*`, the node's. */
  async accept(
    file: EscrowFile,
    party: { readonly role: EscrowRole; readonly seed: Secret<Uint8Array> },
  ): Promise<EscrowFile> {
    const { policy } = file;
    checkPolicy(this.#deps, policy);
    if (file.funding === null) checkNotExpired(policy, this.#now());
    await this.#checkOwn(file, party.role);
    await this.#watch(file);
    const signature = signEscrow(this.#deps.suite, policy, party);
    return await this.#save({ ...file, signatures: { ...file.signatures, [party.role]: signature } });
  }

  /** Pays in, once. Errors: `escrow.not_agreed`, `escrow.expired`, the node's. */
  fund(file: EscrowFile): Promise<EscrowFile> {
    return this.#funding.fund(file);
  }

  /** Proposes how the coins are divided, and signs it. A proposal of another division replaces one that is not complete. */
  async settle(file: EscrowFile, { role, kind, earned }: SettleWish): Promise<EscrowFile> {
    const proposed = await this.propose(file, { role, kind, earned });
    return await this.sign(proposed, role);
  }

  /** The document with the proposal, not signed and not stored: what a dry run shows. Errors: as `settle`, without the node's. */
  async propose(file: EscrowFile, { role, kind, earned }: SettleWish): Promise<EscrowFile> {
    checkMaySign(file.policy, kind, role, this.#now());
    checkAgreed(this.#deps, file);
    await this.#checkFunded(file);
    if (payoutOf(this.#deps, file) !== null) throw alreadyPaid();
    if (file.settlement?.kind === kind && file.settlement.earned === earned) return file;
    const wish = { kind, earned, strays: await this.strays(file), time: this.#now() };
    return { ...file, settlement: proposeSettlement(this.#deps, file, wish) };
  }

  /** Adds this party's signature, after checking that the transaction is exactly what the document says. */
  async sign(file: EscrowFile, role: EscrowRole): Promise<EscrowFile> {
    const { node, gate, coin } = this.#deps;
    checkAgreed(this.#deps, file);
    const psbt = checkSettlement(this.#deps, file, this.#now());
    const { settlement } = file;
    if (settlement === null) return file;
    checkMaySign(file.policy, settlement.kind, role, this.#now());
    await this.#checkOwn(file, role);
    await this.#checkFunded(file);
    // Again, so that a wallet that was restored since it agreed signs too.
    await this.#watch(file);
    const mine = await gate.unlocked("escrow", () => node.signPsbt(encodePsbt(psbt)));
    const signed = encodePsbt(combinePsbts(coin, [psbt, decodePsbt(mine.psbt)]));
    const next = { ...file, settlement: { ...settlement, psbt: signed } };
    if (!signersOf(this.#deps, next).includes(role)) {
      throw escrowRefusal("escrow.not_signed", "the wallet did not sign", "Check that --node names your own wallet.");
    }
    return await this.#save(next);
  }

  /** Sends the complete payout; as often as one likes. Errors: `escrow.incomplete`, the node's. */
  async send(file: EscrowFile): Promise<string> {
    checkSettlement(this.#deps, file, this.#now());
    const payout = payoutOf(this.#deps, file);
    if (payout !== null) return await this.#deps.node.broadcast(payout.hex);
    const so = signersOf(this.#deps, file).join(", ") || "nobody";
    const hint = "Have another party run `numberbox escrow sign`.";
    throw escrowRefusal("escrow.incomplete", `two of three must sign; so far: ${so}`, hint);
  }

  /**
   * Sends again what is stored and not in a block: after a crash between storing and sending, and after a reorganisation. A funding that
   * was never in a block is the renter's to send: only his wallet knows of others that it sent. What the chain will not have, because
   * other coins or another payout came first, is left to `status`.
   */
  async resume(file: EscrowFile): Promise<void> {
    const whole = await this.#funding.resume(file);
    const payout = payoutOf(this.#deps, whole);
    if (payout !== null) await this.#funding.sendAgain(payout);
  }

  async addEvidence(
    file: EscrowFile,
    said: Omit<Evidence, "signature">,
    seed: Secret<Uint8Array>,
  ): Promise<EscrowFile> {
    checkAgreed(this.#deps, file);
    const signature = signStatement(this.#deps, file.policy, said, seed);
    return await this.#save({ ...file, evidence: [...file.evidence, { ...said, signature }] });
  }

  /** The arbiter's word, and his signature under the payout that follows from it. Errors: `escrow.not_heard` and as `settle`. */
  async decide(
    file: EscrowFile,
    said: { readonly earned: MicroEmc; readonly reason: string },
    seed: Secret<Uint8Array>,
  ): Promise<EscrowFile> {
    const at = this.#now();
    checkHeard(this.#deps, file, at);
    const signature = signStatement(this.#deps, file.policy, { ...said, at, role: "arbiter" }, seed);
    return await this.settle(
      { ...file, decision: { ...said, at, signature } },
      { role: "arbiter", kind: "decision", earned: said.earned },
    );
  }

  async status(file: EscrowFile): Promise<EscrowStatus> {
    const { node, suite } = this.#deps;
    const { policy, funding, settlement } = file;
    const confirmationsOf = async (txid: string): Promise<number | null> =>
      (await node.transaction(txid))?.confirmations ?? null;
    const payout = payoutOf(this.#deps, file);
    const facts: EscrowFacts = {
      missing: missingEscrowSignatures(suite, policy, file.signatures),
      refundDue: this.#now() >= policy.refundAfter,
      // A funding that the chain does not know is on its way: `resume` sends it.
      fundingConfirmations: funding === null ? null : ((await confirmationsOf(funding.txid)) ?? 0),
      unspent: funding !== null && (await node.unspent(funding)) !== null,
      disputed: file.evidence.length > 0,
      settlement: settlement?.kind ?? null,
      signed: signersOf(this.#deps, file),
      payoutConfirmations: payout === null ? null : await confirmationsOf(payout.txid),
    };
    return { ...facts, phase: escrowPhase(facts), payout: payout?.txid ?? null };
  }

  /**
   * Coins in blocks at the escrow's address that are not the funding: paid twice, or with the wrong amount. Scans all outputs of the
   * chain: seconds on the main network.
   */
  async strays(file: EscrowFile): Promise<readonly PaidIn[]> {
    const { node } = this.#deps;
    const { policy, funding } = file;
    const coins = await node.unspentAt(policy.address);
    const found = coins
      .filter(({ txid, vout }) => txid !== funding?.txid || vout !== funding.vout)
      .slice(0, MAX_STRAYS);
    return await Promise.all(
      found.map(async ({ txid, vout }) => ({ hex: await transactionHexOf(node, txid), txid, vout })),
    );
  }

  async strayAmount(file: EscrowFile): Promise<MicroEmc> {
    const { policy, funding } = file;
    const coins = await this.#deps.node.unspentAt(policy.address);
    const others = coins.filter(({ txid, vout }) => txid !== funding?.txid || vout !== funding.vout);
    return microEmc(others.reduce((sum, { amount }) => sum + amount, 0));
  }

  #now(): number {
    return Math.floor(this.#deps.clock.now() / 1000);
  }

  /** Makes the wallet sign for the escrow's address; may be repeated. */
  async #watch({ policy }: EscrowFile): Promise<void> {
    const { node, coin } = this.#deps;
    const { required, keys } = parseMultisigDescriptor(coin, policy.descriptor);
    const address = await node.watchMultisig(required, keys.map(toHex), `escrow ${policy.escrowId}`);
    if (address !== policy.address) throw foreignNode();
  }

  /** The key of the role must be of this wallet: nobody signs for somebody else. */
  async #checkOwn({ policy }: EscrowFile, role: EscrowRole): Promise<void> {
    if (await this.#deps.node.owns(policy.roles[role].address)) return;
    throw escrowRefusal(
      "escrow.other_wallet",
      `this wallet is not that of the escrow's ${role}`,
      "Name the node and wallet by --node that made the party's block.",
    );
  }

  /** Signing for coins that are not there would help only a thief. */
  async #checkFunded(file: EscrowFile): Promise<void> {
    fundedOutput(this.#deps, file);
    const { txid = "" } = file.funding ?? {};
    const found = await this.#deps.node.transaction(txid);
    const { confirmations } = this.#deps;
    if (found !== null && found.confirmations >= confirmations) return;
    throw new AppError("escrow.not_funded", `the funding has ${found?.confirmations ?? 0} of ${confirmations} blocks`, {
      hint: "Wait for the next block; `numberbox escrow status` shows it.",
      retryable: true,
    });
  }

  async #save(file: EscrowFile): Promise<EscrowFile> {
    await this.#deps.store(file);
    return file;
  }
}

function foreignNode(): AppError {
  return escrowRefusal(
    "escrow.other_network",
    "the node makes another address of the escrow's keys",
    "Use a node of the network that the escrow is on.",
  );
}

function alreadyPaid(): AppError {
  return escrowRefusal(
    "escrow.already_signed",
    "a payout is complete already",
    "Send it by `numberbox escrow send`; it cannot be changed any more.",
  );
}
