// What can stand in the way of a name, in words for its owner.

import { AppError, type ErrorCode } from "../../base/index.ts";
import type { ProblemBody } from "../../protocol/index.ts";

function problem(code: ErrorCode, message: string, hint: string): ProblemBody {
  return { code, message, hint };
}

export const problems = {
  exists: problem(
    "emercoin.name_exists",
    "the name is taken and has not expired",
    "Update it if it is yours; choose another name otherwise.",
  ),
  expiring: problem(
    "publication.expiring",
    "the name expires with this block and can be taken with the next one",
    "Nothing to do: it is tried again.",
  ),
  inactive: problem(
    "emercoin.name_inactive",
    "the name is not in the chain, has expired or was deleted",
    "Publish it as a new name.",
  ),
  foreign: problem(
    "emercoin.name_foreign",
    "the name belongs to an address that is not in this wallet",
    "Use the wallet that owns it, or choose another name.",
  ),
  tooLate: problem(
    "publication.too_late_to_renew",
    "the name expires so soon that an update could come too late, which costs its fee and changes nothing",
    "Wait until it has expired, then publish it as a new name at once.",
  ),
  busy: problem(
    "publication.name_busy",
    "another operation on the name waits in the mempool",
    "Nothing to do: this one goes out when the other is confirmed.",
  ),
  stuck: problem(
    "publication.stuck_pending",
    "the node says that an operation on the name is pending, and has none: a known fault of Emercoin after a lost race",
    "Restart the Emercoin node; the operation is tried again by itself.",
  ),
  unconfirmed: problem(
    "publication.unconfirmed",
    "the operation has been waiting for a block for hours",
    "Check that the node has peers and that its clock is right.",
  ),
  vanished: problem(
    "publication.vanished",
    "the node does not know the transaction any more; the same one is sent again",
    "Nothing to do, unless it stays so: then look at the node's log.",
  ),
  displaced: problem(
    "publication.displaced",
    "the coins of the transaction were spent otherwise after a reorganisation of the chain",
    "Wait; if the chain stays as it is the operation counts as lost and can be asked for again.",
  ),
  overtaken: problem(
    "publication.overtaken",
    "the operation was confirmed without effect: another one on the same name came first, or the name had expired",
    "Look at the name, then ask again if you still want the change.",
  ),
  syncing: problem("emercoin.syncing", "the node is still downloading the chain", "Wait until it has caught up."),
  noWallet: problem("emercoin.no_wallet", "the node has no wallet loaded", "Create or load a wallet in the node."),
  minting: problem(
    "emercoin.minting_only",
    "the wallet is unlocked for minting only",
    "Unlock it without the minting option, or lock it and give the box its passphrase.",
  ),
  locked: problem("emercoin.locked", "the wallet is locked", "Give the box the wallet's passphrase."),
  noFunds: problem("emercoin.no_funds", "the wallet has too few confirmed coins", "Send coins to the wallet."),
} as const;

/** An error as the console shows it. */
export function problemOf(error: AppError): ProblemBody {
  return error.toJSON();
}

export function publicationError(
  reason: "lost" | "failed" | "cancelled",
  name: string,
  cause: ProblemBody | null,
): AppError {
  const why = cause === null ? "" : `: ${cause.message} (${cause.code})`;
  const hint = cause?.hint ?? "Look at the name, then ask again.";
  return new AppError(`publication.${reason}`, `the operation on ${name} is ${reason}${why}`, {
    hint,
    context: { name, ...(cause === null ? {} : { reason: cause.code }) },
  });
}

export function unknownPublication(): AppError {
  return new AppError("publication.unknown", "there is no publication with this id", {
    hint: "List the publications and take an id from there.",
  });
}

export function runningPublication(name: string, id: string): AppError {
  return new AppError("publication.running", `an operation on ${name} is under way`, {
    hint: "Wait until it is confirmed, or cancel it while it waits.",
    context: { name, id },
  });
}

export function tooLateToCancel(): AppError {
  return new AppError("publication.too_late", "the operation may be with the node already", {
    hint: "Wait until it is confirmed, then undo it by another operation.",
  });
}
