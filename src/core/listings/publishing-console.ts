// What REST and the command line see of identity, listings and publications.

import { AppError, emcText, fromUtf8 } from "../../base/index.ts";
import type { PublicationView, PublishReply, RevisionView } from "../../protocol/index.ts";
import type { IdentityAction, IdentityPublishing } from "../chain/identity-publishing.ts";
import type { NamePlan, NamePublication, NamePublisher } from "../chain/name-publication.ts";
import type { ListingAction, ListingRevision } from "./listing-model.ts";
import type { Listings } from "./listings.ts";

export interface PublishingConsole {
  readonly publisher: Pick<NamePublisher, "list" | "get" | "cancel">;
  readonly identity: IdentityPublishing;
  readonly listings: Listings;
}

export function publicationBody({ wish, ...rest }: NamePublication): PublicationView {
  const { id, state, txid, confirmations, needed, address, problem } = rest;
  return {
    ...{ id, state, txid, confirmations, needed, address, problem },
    purpose: wish.purpose,
    operation: wish.operation,
    name: wish.name,
    expires_at: rest.expiresAt,
    created_at: rest.createdAt,
    changed_at: rest.changedAt,
  };
}

export function revisionBody({ rev, state, commitment, createdAt, record }: ListingRevision): RevisionView {
  return { rev, state, commitment, created_at: createdAt, record: fromUtf8(record) };
}

export function publishReplyOf(plan: NamePlan, publication: NamePublication | null): PublishReply {
  const { wish, cost, problem } = plan;
  return {
    dry_run: publication === null,
    name: wish.name,
    value: wish.operation === "delete" ? null : fromUtf8(wish.value),
    cost: emcText(cost),
    problem,
    publication: publication === null ? null : publicationBody(publication),
  };
}

/** Plans, and does it unless it is a dry run. What stands in the way for good is an error, what only delays is told. */
export async function actOnIdentity(
  { identity }: PublishingConsole,
  action: IdentityAction,
  dryRun: boolean,
): Promise<PublishReply> {
  const plan = await identity.plan(action);
  return publishReplyOf(plan, dryRun ? null : await identity.act(action));
}

export async function actOnListing(
  { listings }: PublishingConsole,
  { action, line, dryRun }: { readonly action: ListingAction; readonly line: string; readonly dryRun: boolean },
): Promise<PublishReply> {
  const { name, value, cost, problem } = await listings.plan(action, line);
  const publication = dryRun ? null : await listings.act(action, line);
  return {
    dry_run: dryRun,
    name,
    value: value === null ? null : fromUtf8(value),
    cost: emcText(cost),
    problem,
    publication: publication === null ? null : publicationBody(publication),
  };
}

export function unknownPublication(): AppError {
  return new AppError("publication.unknown", "there is no such publication", { hint: "Take an id from the list." });
}
