// Documents of escrows on their way between the three parties. The relay keeps one copy of each party's, and judges none of it but whose it
// is: signatures, coins and payouts are the parties' business.

import { type Clock, type CryptoSuite, isAppError, toBase64url, unixSecondsOf, utf8 } from "../../base/index.ts";
import { type EscrowFile, escrowFileText, type Paper, parseEscrowFile, type RelayStore } from "../../core/index.ts";
import { MAX_ESCROW_TEXT, type EscrowPapers as Wire } from "../../protocol/index.ts";
import { ESCROW_ROLES, type EscrowRole, escrowCommitment } from "../../registry/index.ts";
import { refusal } from "./problems.ts";

export interface EscrowPapersDeps {
  readonly store: Pick<RelayStore, "papers">;
  readonly crypto: CryptoSuite;
  readonly clock: Clock;
}

export const ESCROW_PAPERS = "escrow";
/** What the store takes. */
export const MAX_ESCROW_BYTES = MAX_ESCROW_TEXT;

interface Copy {
  readonly role: EscrowRole;
  readonly paper: Paper;
  readonly file: EscrowFile;
}

function read(document: unknown): EscrowFile {
  try {
    return parseEscrowFile(utf8(JSON.stringify(document)));
  } catch (error) {
    if (isAppError(error)) throw refusal("relay.bad_body", `document: ${error.message}`);
    throw error;
  }
}

const roleOf = ({ policy }: EscrowFile, caller: string): EscrowRole | null =>
  ESCROW_ROLES.find((role) => policy.roles[role].verify === caller) ?? null;

export class EscrowPapers {
  readonly #deps: EscrowPapersDeps;

  constructor(deps: EscrowPapersDeps) {
    this.#deps = deps;
  }

  /** The copies of an escrow's parties, for a party. Errors: `relay.unknown_escrow`. */
  async of(id: string, caller: string): Promise<Wire> {
    const copies = await this.#copies(id);
    // Who is no party learns nothing, not even that it is there.
    if (!copies.some(({ file }) => roleOf(file, caller) !== null)) throw unknownEscrow();
    const documents = copies.map(({ role, paper }) => ({
      ...{ role, document: Object(JSON.parse(paper.text)), at: unixSecondsOf(paper.at) },
    }));
    return { documents };
  }

  /**
   * Takes a party's copy. `disputed`: it must hold a statement of that party. Errors: `relay.bad_body`, `relay.foreign_escrow`,
   * `relay.conflict` for another policy than the one that is here.
   */
  async put(
    id: string,
    caller: string,
    { document, disputed }: { readonly document: unknown; readonly disputed: boolean },
  ): Promise<{ readonly status: "taken" | "unchanged" }> {
    const { crypto, store, clock } = this.#deps;
    const file = read(document);
    if (file.policy.escrowId !== id)
      throw refusal("relay.bad_body", "document: its id differs from the one in the path");
    const role = roleOf(file, caller);
    if (role === null) throw refusal("relay.foreign_escrow", "this key is no party of the escrow");
    if (disputed && !file.evidence.some((each) => each.role === role))
      throw refusal("relay.bad_body", "document: it holds no statement of yours");
    const commitment = escrowCommitment(crypto, file.policy);
    const others = await this.#copies(id);
    if (others.some((other) => escrowCommitment(crypto, other.file.policy) !== commitment))
      throw refusal("relay.conflict", "the relay holds another policy under this id");
    const text = escrowFileText(file);
    const paper = { kind: ESCROW_PAPERS, id: this.#nameOf(id, role), text, at: clock.now() };
    const taken = await store.papers.save(paper, (stored) => stored?.text !== text);
    return { status: taken ? "taken" : "unchanged" };
  }

  async #copies(id: string): Promise<readonly Copy[]> {
    const found: Copy[] = [];
    for (const role of ESCROW_ROLES) {
      const paper = await this.#deps.store.papers.find(ESCROW_PAPERS, this.#nameOf(id, role));
      if (paper !== null) found.push({ role, paper, file: read(JSON.parse(paper.text)) });
    }
    return found;
  }

  #nameOf(id: string, role: EscrowRole): string {
    return toBase64url(this.#deps.crypto.sha256(utf8(`${id} ${role}`)));
  }
}

const unknownEscrow = () => refusal("relay.unknown_escrow", "the relay knows no such escrow of yours");
