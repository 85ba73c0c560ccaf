// A new escrow from the parts of its three parties.

import { fromHex, type MicroEmc, type Random, toBase64url } from "../../base/index.ts";
import { multisigDescriptor, multisigOutput } from "../../emercoin/index.ts";
import { ESCROW_ROLES, type EscrowParty, type EscrowRole, escrowDocument, newEscrowId } from "../../registry/index.ts";
import type { CoinWallet } from "../chain/ports-chain.ts";
import { type EscrowFile, newEscrowFile } from "./escrow-file.ts";
import { checkPolicy, type EscrowRuleDeps } from "./escrow-policy-rules.ts";

export interface EscrowTerms {
  readonly amount: MicroEmc;
  /** Of the arbiter, if he decides; hundredths of a percent. */
  readonly feesBps: number;
  readonly disputeS: number;
  /** Unix seconds. */
  readonly refundAfter: number;
}

/** A document that nobody has signed. Throws `escrow.bad_policy`, `emercoin.bad_descriptor`, `emercoin.bad_address`. */
export function proposeEscrow(
  deps: EscrowRuleDeps & { readonly random: Random },
  roles: Readonly<Record<EscrowRole, EscrowParty>>,
  terms: EscrowTerms,
): EscrowFile {
  const { coin, network, random } = deps;
  const keys = ESCROW_ROLES.map((role) => fromHex(roles[role].key));
  const descriptor = multisigDescriptor(coin, { required: 2, keys });
  const { addressText: address } = multisigOutput(coin, descriptor, network);
  const nonce = toBase64url(random.bytes(32));
  const policy = { v: 1 as const, escrowId: newEscrowId(random), ...{ descriptor, address, roles, nonce }, ...terms };
  // Its shape is that of every policy from outside.
  escrowDocument(policy);
  checkPolicy(deps, policy);
  return newEscrowFile(policy);
}

/** A party's part: its identity, a fresh key and a fresh address of its wallet. */
export async function newEscrowParty(wallet: CoinWallet, verify: Uint8Array): Promise<EscrowParty> {
  const key = await wallet.publicKeyOf(await wallet.newAddress("escrow key"));
  return { verify: toBase64url(verify), key, address: await wallet.newAddress("escrow payout") };
}
