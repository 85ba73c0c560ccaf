// Offers, judged here, with filters that nobody is told of.

import { useEffect, useMemo, useState } from "preact/hooks";
import { Empty, Icon } from "../../../page-parts/index.ts";
import type { ListingOfferView } from "../../../renter/index.ts";
import { useApp, useSelect, useWords } from "../app-context.ts";
import {
  chosenOffers,
  isHere,
  isRentable,
  noFilter,
  type OfferFilter,
  otherFeatures,
  percentOf,
  pricesFor,
  REGIONS,
  regionsOf,
} from "../offer-filter.ts";
import { emcText } from "../parts/emc.tsx";
import { Fault, ViewLink, ViewTitle } from "../parts/frame.tsx";
import { Feature, RegionName } from "../parts/offer-words.tsx";
import { problemOf } from "../words.ts";
import { Filters } from "./offer-filters.tsx";

function OfferRow({ offer, filter }: { readonly offer: ListingOfferView; readonly filter: OfferFilter }) {
  const words = useWords();
  const prices = pricesFor(offer, filter);
  const regions = regionsOf(offer);
  return (
    <li>
      <ViewLink view={{ name: "listing", id: offer.listingId }} class="offer">
        <span class="offer-what">
          <b>
            {regions.length === 0 && words.t("region.none")}
            {regions.map((region, at) => (
              <span key={region}>
                {at > 0 && ", "}
                <RegionName region={region} />
              </span>
            ))}
          </b>
          <span class="soft">{offer.tiers.map(({ tier }) => words.t(`tier.${tier}`)).join(" · ")}</span>
        </span>
        <span class="offer-tags">
          {offer.reputation !== null && (
            <span class="tag tag-rented">
              {words.t("listing.reputation.short", { percent: words.decimal(percentOf(offer.reputation)) })}
            </span>
          )}
          {otherFeatures(offer).map((feature) => (
            <Feature key={feature} feature={feature} />
          ))}
          {offer.escrow !== null && <span class="tag">{words.t("listing.escrow")}</span>}
          {!isHere(offer) && <span class="tag">{words.t("listing.elsewhere")}</span>}
        </span>
        <span class="offer-price">
          {prices !== null && <b>{emcText(words, prices.rental)}</b>}
          <span class="soft">{words.t(`duration.per.${filter.duration}`)}</span>
          {prices !== null && prices.perSms > 0 && (
            <span class="soft small">{words.t("browse.per_sms", { price: emcText(words, prices.perSms) })}</span>
          )}
        </span>
        <Icon name="arrow" />
      </ViewLink>
    </li>
  );
}

function FaultyOffers({ offers }: { readonly offers: readonly ListingOfferView[] }) {
  const words = useWords();
  const [isShown, setShown] = useState(false);
  if (offers.length === 0) return null;
  return (
    <div class="faulty">
      <p class="soft">
        {words.count("browse.hidden", offers.length)}{" "}
        <button type="button" class="text-button" aria-expanded={isShown} onClick={() => setShown(!isShown)}>
          {words.t("browse.hidden.show")}
        </button>
      </p>
      {isShown && (
        <ul>
          {offers.map(({ listingId, judgement }) => (
            <li key={listingId}>
              <ViewLink view={{ name: "listing", id: listingId }}>
                <code>{listingId}</code>
              </ViewLink>{" "}
              <span class="soft">
                {Object.values(judgement.verdicts)
                  .flatMap((verdict) => (verdict.kind === "ok" ? [] : [verdict.message]))
                  .join("; ")}
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

export function Browse() {
  const { controller, words } = useApp();
  const offers = useSelect((state) => state.offers);
  const filter = useSelect((state) => state.filter);
  const setFilter = (wanted: OfferFilter): void => controller.filterBy(wanted);
  useEffect(() => {
    void controller.browse();
  }, []);
  const list = offers?.list ?? [];
  const chosen = useMemo(() => chosenOffers(list, filter), [list, filter]);
  const all = list.filter(isRentable);
  const countries = [...new Set(all.flatMap(regionsOf))].filter(
    (region) => /^[a-z]{2}$/.test(region) && !REGIONS.some((each) => each === region),
  );
  const isDone = offers !== null && !offers.isLoading;
  return (
    <>
      <div class="view-head">
        <div>
          <ViewTitle>{words.t("browse.title")}</ViewTitle>
          <p class="soft lead">{words.t("browse.text")}</p>
        </div>
      </div>
      <Filters filter={filter} countries={countries.toSorted()} onFilter={setFilter} />
      <Fault fault={offers?.fault == null ? null : problemOf(words, offers.fault)} />
      <p class="offer-count" role="status">
        {!isDone && words.t("browse.loading")}
        {/* Nobody knows how many there are where the relay was not reached. */}
        {isDone && (offers.fault === null || list.length > 0) && words.count("browse.count", chosen.length)}
        {isDone && (
          <button type="button" class="text-button" onClick={() => void controller.browse()}>
            {words.t("browse.again")}
          </button>
        )}
      </p>
      {chosen.length > 0 && (
        <ul class="offers">
          {chosen.map((offer) => (
            <OfferRow key={offer.listingId} offer={offer} filter={filter} />
          ))}
        </ul>
      )}
      {isDone && chosen.length === 0 && offers.fault === null && (
        <Empty
          icon="number"
          title={words.t(all.length === 0 ? "browse.none" : "browse.nothing")}
          text={all.length === 0 ? words.t("browse.none.text") : words.t("browse.nothing.text", { n: all.length })}
        >
          {all.length > 0 && (
            <button type="button" onClick={() => setFilter({ ...noFilter, here: all.some(isHere) })}>
              {words.t("browse.clear")}
            </button>
          )}
        </Empty>
      )}
      <FaultyOffers offers={list.filter((offer) => offer.available && !isRentable(offer))} />
    </>
  );
}
