// Identity and listings: what stands on the chain, what is on its way or went wrong, and what can be done about it.

import { useState } from "preact/hooks";
import { type IdentityOnChain, type Listing, pricesOf, publishing } from "../api-chain.ts";
import { useApp, useWords } from "../app-context.ts";
import { describeProblem } from "../describe.ts";
import type { Translator } from "../i18n.ts";
import { emcText } from "../parts/emc.tsx";
import { Fault } from "../parts/fault.tsx";
import { type Asked, PublishDialog } from "./publish-dialog.tsx";

type Publication = NonNullable<Listing["publication"]>;

const OPEN: ReadonlySet<string> = new Set(["waiting", "sent", "confirming"]);
const WENT_WRONG: ReadonlySet<string> = new Set(["lost", "failed"]);

/** The publication while something of it has still to happen. */
const openOf = (publication: Publication | null): Publication | null =>
  publication !== null && OPEN.has(publication.state) ? publication : null;

function progress(words: Translator, { state, confirmations, needed, problem }: Publication): string {
  if (state === "waiting" && problem !== null) return describeProblem(words, problem).what;
  return words.t(`publication.${state}`, { n: confirmations, of: needed });
}

/** The last operation, where it did not come into the chain. */
function Mishap({ publication }: { readonly publication: Publication | null }) {
  const words = useWords();
  if (publication === null || !WENT_WRONG.has(publication.state)) return null;
  const what = words.t("publication.mishap", { state: progress(words, publication) });
  const reason = publication.problem === null ? null : describeProblem(words, publication.problem);
  const hint = reason === null ? null : [reason.what, reason.hint].filter((text) => text !== null).join(" ");
  return <Fault fault={{ what, hint }} />;
}

interface Part {
  readonly onDone: () => void;
}

const IDENTITY_ACTION = { current: "renew", rotated: "rotate", foreign: null } as const;

export function IdentityPart({ identity, onDone }: Part & { readonly identity: IdentityOnChain }) {
  const { words } = useApp();
  const [asked, setAsked] = useState<Asked | null>(null);
  const { state, publication, expires_at: until } = identity;
  const open = openOf(publication);
  const action = state in IDENTITY_ACTION ? IDENTITY_ACTION[state as keyof typeof IDENTITY_ACTION] : "publish";
  return (
    <section class="panel" aria-labelledby="identity-title">
      <header class="panel-head">
        <h2 id="identity-title">{words.t("identity.title")}</h2>
        {action !== null && open === null && (
          <button
            type="button"
            class={action === "renew" ? "" : "primary"}
            onClick={() =>
              setAsked({ write: publishing(`identity/${action}`), subject: words.t(`identity.${action}`) })
            }
          >
            {words.t(`identity.${action}`)}
          </button>
        )}
      </header>
      <p class="chain-name">{identity.name}</p>
      <p>
        {open === null ? words.t(`identity.${state}`) : progress(words, open)}{" "}
        {until !== null && until > 0 && <span class="soft">{words.t("identity.until", { height: until })}</span>}
      </p>
      <Mishap publication={publication} />
      {asked !== null && <PublishDialog {...asked} onDone={onDone} onClose={() => setAsked(null)} />}
    </section>
  );
}

function listingText(words: Translator, { current, publication, changed }: Listing): string {
  const open = openOf(publication);
  if (open !== null) return progress(words, open);
  if (current === null) return words.t(changed === null ? "listings.nothing" : "listings.unpublished");
  const until = publication?.expires_at ?? null;
  const text = words.t("listings.rev", { rev: current.rev });
  const rest = [
    changed === true ? words.t("listings.changed") : null,
    until === null ? null : words.t("identity.until", { height: until }),
  ];
  return [text, ...rest].filter((each) => each !== null).join(", ");
}

const PRICES = [
  ["rental_daily", "listings.daily"],
  ["rental_weekly", "listings.weekly"],
  ["rental_monthly", "listings.monthly"],
  ["per_sms", "listings.per_sms"],
] as const;

function Prices({ record }: { readonly record: string }) {
  const words = useWords();
  return (
    <>
      {pricesOf(record).map((prices) => (
        <span key={prices.tier} class="soft listing-prices">
          {words.find(`tier.${prices.tier}`) ?? prices.tier}:{" "}
          {PRICES.flatMap(([member, key]) => {
            const price = prices[member];
            return price === undefined ? [] : [words.t(key, { price: emcText(words, price) })];
          }).join(", ")}
        </span>
      ))}
    </>
  );
}

const actionsOf = ({ current, publication, changed }: Listing) => {
  if (openOf(publication) !== null) return [];
  if (current === null) return changed === null ? [] : (["publish"] as const);
  return changed === true ? (["update", "unpublish"] as const) : (["renew", "unpublish"] as const);
};

function ListingRow({ listing, onAsk }: { readonly listing: Listing; readonly onAsk: (asked: Asked) => void }) {
  const words = useWords();
  const { line, current, publication } = listing;
  return (
    <tr>
      <th scope="row">{line}</th>
      <td>
        {listingText(words, listing)}
        {current !== null && <Prices record={current.record} />}
        <Mishap publication={publication} />
      </td>
      <td class="chain-actions">
        {actionsOf(listing).map((action) => {
          const name = words.t(`listings.${action}`);
          const subject = words.t("listings.of", { action: name, line });
          const write = publishing(`listings/${encodeURIComponent(line)}/${action}`);
          return (
            <button key={action} type="button" aria-label={subject} onClick={() => onAsk({ write, subject })}>
              {name}
            </button>
          );
        })}
      </td>
    </tr>
  );
}

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
            <ListingRow key={listing.line} listing={listing} onAsk={setAsked} />
          ))}
        </tbody>
      </table>
      {asked !== null && <PublishDialog {...asked} onDone={onDone} onClose={() => setAsked(null)} />}
    </section>
  );
}
