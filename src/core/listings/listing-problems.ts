// What listings refuse, in words for their owner.

import { AppError, type LineId } from "../../base/index.ts";

export function unknownLine(): AppError {
  return new AppError("listing.unknown_line", "the box has no such line", {
    hint: "List the lines and give an id or a number from there.",
  });
}

export function noOffer(line: LineId): AppError {
  return new AppError("listing.no_offer", `nothing is offered for line ${line}`, {
    hint: "Set tiers and prices in the section `listing` of the configuration.",
    context: { line },
  });
}

export function notPublished(line: LineId): AppError {
  return new AppError("listing.not_published", `line ${line} has no listing in the chain`, {
    hint: "Publish it first.",
    context: { line },
  });
}

export function alreadyPublished(line: LineId): AppError {
  return new AppError("listing.published", `line ${line} has a listing in the chain already`, {
    hint: "Update it if the offer changed; renew it if it expires.",
    context: { line },
  });
}

export function unchanged(line: LineId): AppError {
  return new AppError("listing.unchanged", `the listing of line ${line} says already what is offered`, {
    hint: "Change tiers, prices or features in the configuration first; renew the listing if it expires.",
    context: { line },
  });
}
