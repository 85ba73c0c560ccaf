// One offer: the four verdicts with their reasons, and the form to rent it.

import { useEffect, useState } from "preact/hooks";
import { Empty, Icon } from "../../../page-parts/index.ts";
import type { EscrowOffer } from "../../../registry/index.ts";
import { type ListingOfferView, visibleLine } from "../../../renter/index.ts";
import { useApp, useSelect, useWords } from "../app-context.ts";
import { isHere, isRentable, otherFeatures, percentOf, regionsOf } from "../offer-filter.ts";
import { Fault, ViewLink, ViewTitle } from "../parts/frame.tsx";
import { Feature, RegionName } from "../parts/offer-words.tsx";
import { pathOf } from "../routes.ts";
import { problemOf, type Words } from "../words.ts";
import { percentOfBps } from "./escrow-state.tsx";
import { RentForm } from "./rent-form.tsx";

const VERDICTS = ["commitment", "signature", "worm", "binding"] as const;

type Judgement = ListingOfferView["judgement"];
type Verdict = Judgement["verdicts"][(typeof VERDICTS)[number]];

/** A fault that these pages have no words for is told in the checker's own. */
function verdictIn(words: Words, name: (typeof VERDICTS)[number], verdict: Verdict): string {
  if (verdict.kind === "ok") return words.t(`listing.${name}.ok`);
  if (verdict.kind === "unknown") return words.t(`listing.${name}.unknown`);
  return words.find(`check.${verdict.code}`) ?? verdict.message;
}

function Verdicts({ judgement: { verdicts } }: Pick<ListingOfferView, "judgement">) {
  const words = useWords();
  return (
    <ul class="verdicts">
      {VERDICTS.map((name) => {
        const verdict = verdicts[name];
        return (
          <li key={name} class={`verdict verdict-${verdict.kind}`}>
            <Icon name={verdict.kind === "ok" ? "ready" : verdict.kind === "failed" ? "close" : "info"} />
            <span>
              <b>{words.t(`listing.${name}`)}</b> <span class="hidden">{words.t(`verdict.${verdict.kind}`)}: </span>
              <span class="soft">{verdictIn(words, name, verdict)}</span>
            </span>
          </li>
        );
      })}
    </ul>
  );
}

/** Whom the provider trusts to decide, and for what. */
function EscrowFacts({ escrow: { arbiters, feesBps } }: { readonly escrow: EscrowOffer }) {
  const words = useWords();
  return (
    <div>
      <dt>{words.t("listing.escrow")}</dt>
      <dd>
        {words.t("listing.escrow.text", { percent: percentOfBps(words, feesBps) })}
        {arbiters.map(({ name, verify }) => (
          <p key={verify}>
            {words.t("escrow.arbiter")}: <b>{visibleLine(name)}</b> <code>{verify}</code>
          </p>
        ))}
      </dd>
    </div>
  );
}

/** Where else: the provider's own relays, as his record names them. */
function Elsewhere({ offer: { gateways, listingId } }: { readonly offer: ListingOfferView }) {
  const words = useWords();
  return (
    <section class="panel">
      <h2>{words.t("listing.elsewhere.title")}</h2>
      <p>{words.t("listing.elsewhere.text")}</p>
      {gateways.length === 0 && <p class="soft">{words.t("listing.elsewhere.none")}</p>}
      {gateways.map((url) => (
        <p key={url}>
          <a href={`${url}${pathOf({ name: "listing", id: listingId })}`} target="_blank" rel="noopener noreferrer">
            {words.t("listing.elsewhere.open", { host: visibleLine(new URL(url).host) })}
          </a>
        </p>
      ))}
    </section>
  );
}

function Rent({ offer }: { readonly offer: ListingOfferView }) {
  const words = useWords();
  if (isRentable(offer)) return isHere(offer) ? <RentForm offer={offer} /> : <Elsewhere offer={offer} />;
  return (
    <section class="panel">
      <Fault
        fault={{
          what: offer.available ? words.t("problem.market.not_rentable") : words.t("listing.taken"),
          hint: words.t("hint.market.not_rentable"),
        }}
      />
    </section>
  );
}

function About({ offer }: { readonly offer: ListingOfferView }) {
  const words = useWords();
  const { judgement, reputation } = offer;
  const claimed = judgement.record?.fields.reputation;
  return (
    <section class="panel">
      <h2>{words.t("listing.checked")}</h2>
      <Verdicts judgement={judgement} />
      {judgement.warnings.length > 0 && (
        <p class="soft">
          {words.t("listing.warnings")}: {judgement.warnings.map((warning) => words.t(`warning.${warning}`)).join("; ")}
        </p>
      )}
      <dl class="plain-facts">
        <div>
          <dt>{words.t("listing.features")}</dt>
          <dd class="offer-tags">
            {regionsOf(offer).map((region) => (
              <span key={region} class="tag">
                <RegionName region={region} />
              </span>
            ))}
            {otherFeatures(offer).map((feature) => (
              <Feature key={feature} feature={feature} />
            ))}
          </dd>
        </div>
        <div>
          <dt>{words.t("listing.reputation")}</dt>
          <dd>
            {reputation === null
              ? words.t("listing.reputation.none")
              : words.t("listing.reputation.of", {
                  percent: words.decimal(percentOf(reputation)),
                  n: reputation.samples,
                })}
            {claimed !== undefined && (
              <span class="soft small"> {words.t("listing.reputation.claimed", { n: Number(claimed) })}</span>
            )}
          </dd>
        </div>
        {offer.escrow !== null && <EscrowFacts escrow={offer.escrow} />}
        <div>
          <dt>{words.t("listing.provider")}</dt>
          <dd>
            <code>{judgement.keys?.verify ?? "–"}</code>
          </dd>
        </div>
      </dl>
      <p class="soft small">{words.t("listing.source")}</p>
    </section>
  );
}

export type Looked =
  | { readonly kind: "loading" }
  | { readonly kind: "gone" }
  | { readonly kind: "failed"; readonly error: unknown }
  | { readonly kind: "found"; readonly offer: ListingOfferView };

/** A listing as it was judged while browsing, then as it is now. */
export function useOffer(id: string): Looked {
  const { controller } = useApp();
  const known = useSelect((state) => state.offers?.list.find(({ listingId }) => listingId === id) ?? null);
  const [looked, setLooked] = useState<Looked>(known === null ? { kind: "loading" } : { kind: "found", offer: known });
  useEffect(() => {
    const abort = new AbortController();
    controller.look(id, abort.signal).then(
      (offer) => setLooked(offer === null ? { kind: "gone" } : { kind: "found", offer }),
      (error: unknown) => {
        if (!abort.signal.aborted) setLooked({ kind: "failed", error });
      },
    );
    return () => abort.abort();
  }, [id]);
  return looked;
}

/** What is said while there is no offer to show. */
export function NoOffer({ looked }: { readonly looked: Looked }) {
  const words = useWords();
  switch (looked.kind) {
    case "loading":
      return (
        <p class="loading" role="status">
          {words.t("app.loading")}
        </p>
      );
    case "gone":
      return <Empty icon="number" title={words.t("listing.unknown")} text={words.t("listing.unknown.text")} />;
    case "failed":
      return <Fault fault={problemOf(words, looked.error)} />;
    case "found":
      return null;
  }
}

export function Listing({ id }: { readonly id: string }) {
  const words = useWords();
  const looked = useOffer(id);
  return (
    <>
      <p class="crumb">
        <ViewLink view={{ name: "browse" }}>
          <Icon name="back" />
          {words.t("nav.browse")}
        </ViewLink>
      </p>
      <div class="view-head">
        <ViewTitle>{words.t("listing.title", { id })}</ViewTitle>
      </div>
      <NoOffer looked={looked} />
      {looked.kind === "found" && (
        <div class="columns">
          <Rent offer={looked.offer} />
          <About offer={looked.offer} />
        </div>
      )}
    </>
  );
}
