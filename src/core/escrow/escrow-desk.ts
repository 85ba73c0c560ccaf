// What a party does with an escrow, over its own node. Every step gives a new document that the caller stores before anything is sent:
// funding and payout are made, stored, and then sent as often as it takes.

import { AppError, type Clock, type MicroEmc, microEmc, type Secret, toHex } from "../../base/index.ts";
import {
  combinePsbts,
  decodePsbt,
  decodeTransaction,
  encodePsbt,
  finalisePsbt,
  multisigOutput,
  parseMultisigDescriptor,
  transactionHex,
  txid as txidOf,
} from "../../emercoin/index.ts";
import { type EscrowRole, missingEscrowSignatures, signEscrow } from "../../registry/index.ts";
import type { ChainReader, CoinWallet, MultisigNode, WalletGate } from "../chain/ports-chain.ts";
import type { EscrowFile, Evidence, SettlementKind } from "./escrow-file.ts";
import {
  checkAgreed,
  checkPolicyAddress,
  checkRefundTime,
  checkSettlement,
  type EscrowRuleDeps,
  fundedOutput,
  isSignedBy,
  proposeSettlement,
  signersOf,
  signStatement,
} from "./escrow-rules.ts";

export interface EscrowDeskDeps extends EscrowRuleDeps {
  readonly node: ChainReader & CoinWallet & MultisigNode;
  readonly gate: WalletGate;
  readonly clock: Clock;
  /** Resolves when the document is durable. */
  readonly store: (file: EscrowFile) => Promise<void>;
}

/** Where the escrow stands, from document and chain together. */
export type EscrowPhase = "proposed" | "agreed" | "funding" | "funded" | "signing" | "paying" | "settled";

export interface EscrowStatus {
  readonly phase: EscrowPhase;
  readonly missing: readonly EscrowRole[];
  readonly signed: readonly EscrowRole[];
  readonly fundingConfirmations: number | null;
  readonly payoutConfirmations: number | null;
  /** Coins at the escrow's address that the document does not tell of: paid twice, or with the wrong amount. */
  readonly unexpected: MicroEmc;
}

export class EscrowDesk {
  readonly #deps: EscrowDeskDeps;

  constructor(deps: EscrowDeskDeps) {
    this.#deps = deps;
  }

  /** Agrees: checks the policy, signs it, and has the wallet sign for its address. Errors: `escrow.*`, the node's. */
  async accept(
    file: EscrowFile,
    party: { readonly role: EscrowRole; readonly seed: Secret<Uint8Array> },
  ): Promise<EscrowFile> {
    const { suite, coin, node } = this.#deps;
    const { policy } = file;
    checkPolicyAddress(this.#deps, policy);
    await this.#checkOwn(file, party.role);
    const { required, keys } = parseMultisigDescriptor(coin, policy.descriptor);
    const address = await node.watchMultisig(required, keys.map(toHex), `escrow ${policy.escrowId}`);
    if (address !== policy.address) throw foreignNode();
    const signature = signEscrow(suite, policy, party);
    return await this.#save({ ...file, signatures: { ...file.signatures, [party.role]: signature } });
  }

  /** Pays in, once: a document with a funding is only sent again. Errors: `escrow.not_agreed`, the node's. */
  async fund(file: EscrowFile): Promise<EscrowFile> {
    const { node, gate, coin } = this.#deps;
    checkPolicyAddress(this.#deps, file.policy);
    checkAgreed(this.#deps, file);
    if (file.funding !== null) {
      await node.broadcast(file.funding.hex);
      return file;
    }
    const { address, amount } = file.policy;
    const { hex, txid, inputs } = await gate.unlocked("escrow", () => node.fund([{ address, amount }]));
    const vout = decodeTransaction(hex).outputs.findIndex(
      (output) => output.amount === amount && this.#paysIn(file, output.script),
    );
    const funded = { ...file, funding: { hex, txid, vout } };
    try {
      fundedOutput({ ...this.#deps, coin }, funded);
      await this.#save(funded);
    } catch (error) {
      await node.release(inputs);
      throw error;
    }
    await node.broadcast(hex);
    return funded;
  }

  /** Proposes how the coins are divided, and signs it. A proposal of another division replaces one that is not complete. */
  async settle(
    file: EscrowFile,
    wish: { readonly role: EscrowRole; readonly kind: SettlementKind; readonly earned: MicroEmc },
  ): Promise<EscrowFile> {
    const { clock } = this.#deps;
    checkAgreed(this.#deps, file);
    await this.#checkFunded(file);
    if (file.payout !== null) throw alreadyPaid();
    const same = file.settlement?.kind === wish.kind && file.settlement.earned === wish.earned;
    const time = Math.floor(clock.now() / 1000);
    const settlement = same ? file.settlement : proposeSettlement(this.#deps, file, { ...wish, time });
    return await this.sign({ ...file, settlement }, wish.role);
  }

  /** Adds this party's signature, after checking that the transaction is exactly what the document says. */
  async sign(file: EscrowFile, role: EscrowRole): Promise<EscrowFile> {
    const { node, gate, coin, clock } = this.#deps;
    const now = Math.floor(clock.now() / 1000);
    await this.#checkOwn(file, role);
    await this.#checkFunded(file);
    const psbt = checkSettlement(this.#deps, file, now);
    if (file.settlement === null) return file;
    if (file.settlement.kind === "refund") checkRefundTime(file.policy, role, now);
    const mine = await gate.unlocked("escrow", () => node.signPsbt(encodePsbt(psbt)));
    const signed = { ...file.settlement, psbt: encodePsbt(combinePsbts(coin, [psbt, decodePsbt(mine.psbt)])) };
    const next = { ...file, settlement: signed };
    if (!signersOf(this.#deps, next).includes(role)) {
      throw new AppError("escrow.not_signed", "the wallet did not sign", {
        hint: "Run `numberbox escrow accept` with this node and wallet first: it must know the escrow.",
      });
    }
    const { tx } = finalisePsbt(coin, decodePsbt(signed.psbt));
    const payout = tx === null ? null : { hex: transactionHex(tx), txid: txidOf(coin, tx) };
    return await this.#save({ ...next, payout });
  }

  /** Sends the complete payout; as often as one likes. Errors: `escrow.incomplete`, the node's. */
  async send(file: EscrowFile): Promise<string> {
    const { node, clock } = this.#deps;
    checkSettlement(this.#deps, file, Math.floor(clock.now() / 1000));
    if (file.payout === null) {
      const [only = "nobody"] = signersOf(this.#deps, file);
      throw new AppError("escrow.incomplete", `two of three must sign; so far: ${only}`, {
        hint: "Have another party run `numberbox escrow sign`.",
      });
    }
    return await node.broadcast(file.payout.hex);
  }

  async addEvidence(
    file: EscrowFile,
    said: Omit<Evidence, "signature">,
    seed: Secret<Uint8Array>,
  ): Promise<EscrowFile> {
    const signature = signStatement(this.#deps, file.policy, said, seed);
    return await this.#save({ ...file, evidence: [...file.evidence, { ...said, signature }] });
  }

  /** The arbiter's word, and his signature under the payout that follows from it. */
  async decide(
    file: EscrowFile,
    said: { readonly earned: MicroEmc; readonly reason: string },
    seed: Secret<Uint8Array>,
  ): Promise<EscrowFile> {
    const at = Math.floor(this.#deps.clock.now() / 1000);
    const signature = signStatement(this.#deps, file.policy, { ...said, at, role: "arbiter" }, seed);
    return await this.settle(
      { ...file, decision: { ...said, at, signature } },
      { role: "arbiter", kind: "decision", earned: said.earned },
    );
  }

  /** Evidence whose signature is not that of its author. */
  forged(file: EscrowFile): readonly Evidence[] {
    return file.evidence.filter(({ signature, ...said }) => !isSignedBy(this.#deps, file.policy, said, signature));
  }

  async status(file: EscrowFile): Promise<EscrowStatus> {
    const { node, suite } = this.#deps;
    const { policy, funding, payout } = file;
    const missing = missingEscrowSignatures(suite, policy, file.signatures);
    const confirmationsOf = async (txid: string | undefined): Promise<number | null> =>
      txid === undefined ? null : ((await node.transaction(txid))?.confirmations ?? null);
    const fundingConfirmations = await confirmationsOf(funding?.txid);
    const payoutConfirmations = await confirmationsOf(payout?.txid);
    const coins = await node.unspentAt(policy.address);
    const strange = coins.filter(({ txid, vout }) => txid !== funding?.txid || vout !== funding.vout);
    const signed = signersOf(this.#deps, file);
    return {
      phase: phaseOf({ missing, file, signed, fundingConfirmations, payoutConfirmations }),
      ...{ missing, signed, fundingConfirmations, payoutConfirmations },
      unexpected: microEmc(strange.reduce((sum, { amount }) => sum + amount, 0)),
    };
  }

  #paysIn({ policy }: EscrowFile, script: Uint8Array): boolean {
    const { witnessScript } = multisigOutput(this.#deps.coin, policy.descriptor, this.#deps.network);
    return toHex(script) === `0020${toHex(this.#deps.coin.sha256(witnessScript))}`;
  }

  /** The key of the role must be of this wallet: nobody signs for somebody else. */
  async #checkOwn({ policy }: EscrowFile, role: EscrowRole): Promise<void> {
    if (await this.#deps.node.owns(policy.roles[role].address)) return;
    throw new AppError("escrow.other_wallet", `this wallet is not that of the escrow's ${role}`, {
      hint: "Name the node and wallet by --node that made the party's block.",
    });
  }

  /** Signing for coins that are not there would help only a thief. */
  async #checkFunded(file: EscrowFile): Promise<void> {
    fundedOutput(this.#deps, file);
    const { txid = "" } = file.funding ?? {};
    const found = await this.#deps.node.transaction(txid);
    if (found !== null && found.confirmations >= 1) return;
    throw new AppError("escrow.not_funded", "the funding is not in a block yet", {
      hint: "Wait for the next block; `numberbox escrow status` shows it.",
      retryable: true,
    });
  }

  async #save(file: EscrowFile): Promise<EscrowFile> {
    await this.#deps.store(file);
    return file;
  }
}

interface PhaseFacts extends Pick<EscrowStatus, "missing" | "signed" | "fundingConfirmations" | "payoutConfirmations"> {
  readonly file: EscrowFile;
}

/** Pure: what the facts amount to. */
export function phaseOf({ missing, file, signed, fundingConfirmations, payoutConfirmations }: PhaseFacts): EscrowPhase {
  if (payoutConfirmations !== null && payoutConfirmations > 0) return "settled";
  if (file.payout !== null) return "paying";
  if (signed.length > 0) return "signing";
  if (fundingConfirmations !== null && fundingConfirmations > 0) return "funded";
  if (file.funding !== null) return "funding";
  return missing.length === 0 ? "agreed" : "proposed";
}

function foreignNode(): AppError {
  return new AppError("escrow.other_network", "the node makes another address of the escrow's keys", {
    hint: "Use a node of the network that the escrow is on.",
  });
}

function alreadyPaid(): AppError {
  return new AppError("escrow.already_signed", "a payout is complete already", {
    hint: "Send it by `numberbox escrow send`; it cannot be changed any more.",
  });
}
