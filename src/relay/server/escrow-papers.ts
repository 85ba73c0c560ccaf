// Documents of escrows on their way between the three parties. The relay keeps one copy of each party's, and judges none of it but whose it
// is: coins and payouts are the parties' business. A key costs nothing, so where no provider of this relay has signed the policy, copies
// are few and kept for days.

import { type Clock, type CryptoSuite, hours, isAppError, toBase64url, unixSecondsOf, utf8 } from "../../base/index.ts";
import { type EscrowFile, escrowFileText, type Paper, parseEscrowFile, type RelayStore } from "../../core/index.ts";
import { MAX_ESCROW_TEXT, type EscrowPapers as Wire } from "../../protocol/index.ts";
import { ESCROW_ROLES, type EscrowRole, escrowCommitment, missingEscrowSignatures } from "../../registry/index.ts";
import { limited, refusal } from "./problems.ts";
import type { Providers } from "./providers.ts";

export interface EscrowPapersDeps {
  readonly store: Pick<RelayStore, "papers">;
  readonly providers: Pick<Providers, "has">;
  readonly crypto: CryptoSuite;
  readonly clock: Clock;
}

export const ESCROW_PAPERS = "escrow";
/** Those of which this relay knows no provider. */
export const STRANGE_ESCROW_PAPERS = "strangeescrow";
const MAX_STRANGE_OF_KEY = 8;
/** Of 128 KiB at most each. */
const MAX_STRANGE = 1000;
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
   * Takes a party's copy, signed by that party. `disputed`: it must hold a statement of it. Errors: `relay.bad_body`,
   * `relay.foreign_escrow`, `relay.bad_signature`, `relay.conflict` for another policy than the one that is here, and
   * `relay.too_many_escrows` where no provider of this relay has signed it.
   */
  async put(
    id: string,
    caller: string,
    { document, disputed }: { readonly document: unknown; readonly disputed: boolean },
  ): Promise<{ readonly status: "taken" | "unchanged" }> {
    const { crypto, store, clock, providers } = this.#deps;
    const file = read(document);
    if (file.policy.escrowId !== id)
      throw refusal("relay.bad_body", "document: its id differs from the one in the path");
    const role = roleOf(file, caller);
    if (role === null) throw refusal("relay.foreign_escrow", "this key is no party of the escrow");
    if (disputed && !file.evidence.some((each) => each.role === role))
      throw refusal("relay.bad_body", "document: it holds no statement of yours");
    const missing = missingEscrowSignatures(crypto, file.policy, file.signatures);
    if (missing.includes(role)) throw refusal("relay.bad_signature", "the document lacks your signature of its policy");
    const commitment = escrowCommitment(crypto, file.policy);
    const others = await this.#copies(id);
    if (others.some((other) => escrowCommitment(crypto, other.file.policy) !== commitment))
      throw refusal("relay.conflict", "the relay holds another policy under this id");
    const paper = { id: this.#nameOf(id, role), text: escrowFileText(file), at: clock.now() };
    const known = !missing.includes("provider") && providers.has(file.policy.roles.provider.verify);
    const taken = known
      ? await store.papers.save({ ...paper, kind: ESCROW_PAPERS }, (stored) => stored?.text !== paper.text)
      : await this.#putStrange({ ...paper, kind: STRANGE_ESCROW_PAPERS, owner: caller });
    return { status: taken ? "taken" : "unchanged" };
  }

  async #putStrange(paper: Paper & { readonly owner: string }): Promise<boolean> {
    const { papers } = this.#deps.store;
    const { kind, owner, text } = paper;
    const { all, ofOwner } = await papers.load(kind, owner);
    return await papers.save(paper, (stored) => {
      if (stored?.text === text) return false;
      if (stored === null && ofOwner >= MAX_STRANGE_OF_KEY) throw tooMany("escrows_of_key", "of this key");
      if (stored === null && all >= MAX_STRANGE) throw tooMany("escrows", "in all");
      return true;
    });
  }

  async #copies(id: string): Promise<readonly Copy[]> {
    const found: Copy[] = [];
    for (const role of ESCROW_ROLES) {
      const paper = await this.#newest(this.#nameOf(id, role));
      if (paper !== null) found.push({ role, paper, file: read(JSON.parse(paper.text)) });
    }
    return found;
  }

  /** A provider may have signed meanwhile. */
  async #newest(name: string): Promise<Paper | null> {
    const { papers } = this.#deps.store;
    const kinds = [ESCROW_PAPERS, STRANGE_ESCROW_PAPERS];
    const found = await Promise.all(kinds.map((kind) => papers.find(kind, name)));
    return found.filter((one) => one !== null).toSorted((one, other) => other.at - one.at)[0] ?? null;
  }

  #nameOf(id: string, role: EscrowRole): string {
    return toBase64url(this.#deps.crypto.sha256(utf8(`${id} ${role}`)));
  }
}

const tooMany = (limit: string, whose: string) =>
  limited("relay.too_many_escrows", limit, {
    message: `the relay keeps no more escrows ${whose} that no provider of it has signed`,
    wait: hours(1),
  });

const unknownEscrow = () => refusal("relay.unknown_escrow", "the relay knows no such escrow of yours");
