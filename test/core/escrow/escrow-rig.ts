// Three parties of an escrow over a ledger, and the documents that they pass round.

import { type MicroEmc, parseEmc, type UnixMs, unixMs, utf8 } from "../../../src/base/index.ts";
import { systemCrypto } from "../../../src/base/system-crypto.ts";
import {
  EscrowDesk,
  type EscrowFile,
  type EscrowTerms,
  escrowFileText,
  newEscrowParty,
  parseEscrowFile,
  proposeEscrow,
} from "../../../src/core/index.ts";
import { createIdentity, type Identity, nobleCoin } from "../../../src/envelope/index.ts";
import { ESCROW_ROLES, type EscrowParty, type EscrowRole } from "../../../src/registry/index.ts";
import { EscrowLedger, LedgerWallet, NETWORK, openGate, type Touch } from "../../sim/escrow-ledger.ts";
import { SeededRandom } from "../../sim/seeded-random.ts";

export const START_S = 1_790_000_000;
export const AMOUNT: MicroEmc = parseEmc("5");
export const rules = { suite: systemCrypto, coin: nobleCoin, network: NETWORK } as const;

/** As it travels between the parties. */
export const passed = (file: EscrowFile): EscrowFile => parseEscrowFile(utf8(escrowFileText(file)));

export interface RigParty {
  readonly identity: Identity;
  readonly wallet: LedgerWallet;
}

export class EscrowRig {
  readonly ledger = new EscrowLedger(START_S);
  readonly parties: Readonly<Record<EscrowRole, RigParty>>;
  readonly random: SeededRandom;
  /** Every document that anybody stored, in order. */
  readonly stored: EscrowFile[] = [];
  confirmations = 1;

  constructor(seed = "escrow") {
    this.random = new SeededRandom(seed);
    const party = (role: EscrowRole): RigParty => ({
      identity: createIdentity(this.random, systemCrypto, role),
      wallet: new LedgerWallet(this.ledger, `${seed} ${role}`),
    });
    this.parties = { renter: party("renter"), provider: party("provider"), arbiter: party("arbiter") };
  }

  now = (): UnixMs => unixMs(this.ledger.timeS * 1000);

  desk(role: EscrowRole, touch: Touch = () => {}): EscrowDesk {
    const store = async (file: EscrowFile): Promise<void> => {
      touch("before store");
      this.stored.push(passed(file));
      touch("after store");
    };
    const node = this.parties[role].wallet.node(touch);
    const clock = { now: this.now };
    return new EscrowDesk({ ...rules, node, gate: openGate, clock, confirmations: this.confirmations, store });
  }

  part(role: EscrowRole): Promise<EscrowParty> {
    const { wallet, identity } = this.parties[role];
    return newEscrowParty(wallet.node(), identity.verify);
  }

  async proposed(terms: Partial<EscrowTerms> = {}): Promise<EscrowFile> {
    const roles = {
      renter: await this.part("renter"),
      provider: await this.part("provider"),
      arbiter: await this.part("arbiter"),
    };
    const usual = { amount: AMOUNT, feesBps: 50, disputeS: 3600, refundAfter: this.ledger.timeS + 86_400 };
    return proposeEscrow({ ...rules, random: this.random }, roles, { ...usual, ...terms });
  }

  async agreed(terms: Partial<EscrowTerms> = {}): Promise<EscrowFile> {
    let file = await this.proposed(terms);
    for (const role of ESCROW_ROLES) {
      file = passed(await this.desk(role).accept(file, { role, seed: this.parties[role].identity.seed }));
    }
    return file;
  }

  async funded(terms: Partial<EscrowTerms> = {}): Promise<EscrowFile> {
    const file = await this.desk("renter").fund(await this.agreed(terms));
    this.ledger.mine();
    return passed(file);
  }

  /** What each party's address got. */
  shares({ policy }: EscrowFile): readonly number[] {
    const sum = (role: EscrowRole): number =>
      this.ledger.receivedBy(policy.roles[role].address).reduce((all, amount) => all + amount, 0);
    return [sum("provider"), sum("renter"), sum("arbiter")];
  }
}
