// Identity and listings: what stands on the chain, what is on its way, and what can be done about it.

import { useState } from "preact/hooks";
import type { IdentityOnChain, Listing } from "../api-chain.ts";
import { useApp, useWords } from "../app-context.ts";
import { describeProblem } from "../describe.ts";
import type { Translator } from "../i18n.ts";
import { PublishDialog } from "./publish-dialog.tsx";

type Publication = NonNullable<Listing["publication"]>;

interface Asked {
  readonly path: string;
  readonly subject: string;
}

const OPEN: ReadonlySet<string> = new Set(["waiting", "sent", "confirming"]);

function publicationText(words: Translator, { state, confirmations, needed, problem }: Publication): string {
  if (state === "waiting" && problem !== null) return describeProblem(words, problem).what;
  return words.t(`publication.${state}`, { n: confirmations, of: needed });
}

const isOpen = (publication: Publication | null): publication is Publication =>
  publication !== null && OPEN.has(publication.state);

interface Part {
  readonly onDone: () => void;
}

export function IdentityPart({ identity, onDone }: Part & { readonly identity: IdentityOnChain }) {
  const { words } = useApp();
  const [asked, setAsked] = useState<Asked | null>(null);
  const { state, publication, expires_at: until } = identity;
  const action =
    state === "current" ? "renew" : state === "rotated" ? "rotate" : state === "foreign" ? null : "publish";
  return (
    <section class="panel" aria-labelledby="identity-title">
      <header class="panel-head">
        <h2 id="identity-title">{words.t("identity.title")}</h2>
        {action !== null && !isOpen(publication) && (
          <button
            type="button"
            class={action === "renew" ? "" : "primary"}
            onClick={() => setAsked({ path: `identity/${action}`, subject: words.t(`identity.${action}`) })}
          >
            {words.t(`identity.${action}`)}
          </button>
        )}
      </header>
      <p class="chain-name">{identity.name}</p>
      <p>
        {isOpen(publication) ? publicationText(words, publication) : words.t(`identity.${state}`)}{" "}
        {until !== null && until > 0 && <span class="soft">{words.t("identity.until", { height: until })}</span>}
      </p>
      {asked !== null && <PublishDialog {...asked} onDone={onDone} onClose={() => setAsked(null)} />}
    </section>
  );
}

function listingText(words: Translator, { current, publication, changed }: Listing): string {
  if (isOpen(publication)) return publicationText(words, publication);
  if (current === null) return words.t(changed === null ? "listings.nothing" : "listings.unpublished");
  const text = words.t("listings.rev", { rev: current.rev });
  return changed === true ? `${text}; ${words.t("listings.changed")}` : text;
}

const actionsOf = ({ current, publication, changed }: Listing) => {
  if (isOpen(publication)) return [];
  if (current === null) return changed === null ? [] : (["publish"] as const);
  return changed === true ? (["update", "unpublish"] as const) : (["renew", "unpublish"] as const);
};

export function ListingsPart({ listings, onDone }: Part & { readonly listings: readonly Listing[] }) {
  const words = useWords();
  const [asked, setAsked] = useState<Asked | null>(null);
  return (
    <section class="panel" aria-labelledby="listings-title">
      <h2 id="listings-title">{words.t("listings.title")}</h2>
      <table class="chain-table">
        <thead>
          <tr>
            <th scope="col">{words.t("listings.line")}</th>
            <th scope="col">{words.t("listings.state")}</th>
            <th scope="col">
              <span class="hidden">{words.t("listings.action")}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {listings.map((listing) => (
            <tr key={listing.line}>
              <th scope="row">{listing.line}</th>
              <td>{listingText(words, listing)}</td>
              <td class="chain-actions">
                {actionsOf(listing).map((action) => {
                  const name = words.t(`listings.${action}`);
                  const subject = words.t("listings.of", { action: name, line: listing.line });
                  const path = `listings/${encodeURIComponent(listing.line)}/${action}`;
                  return (
                    <button key={action} type="button" aria-label={subject} onClick={() => setAsked({ path, subject })}>
                      {name}
                    </button>
                  );
                })}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {asked !== null && <PublishDialog {...asked} onDone={onDone} onClose={() => setAsked(null)} />}
    </section>
  );
}
