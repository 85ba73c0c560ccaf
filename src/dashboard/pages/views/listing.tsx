// One offer: the four verdicts with their reasons, and the form to rent it.

import { useEffect, useState } from "preact/hooks";
import type { MicroEmc } from "../../../base/index.ts";
import { ticketAmount } from "../../../emercoin/index.ts";
import { Empty, Icon } from "../../../page-parts/index.ts";
import { DURATIONS, type RentalDuration, type Tier, type TierTerms } from "../../../registry/index.ts";
import { type ListingOfferView, priceOf, visibleLine } from "../../../renter/index.ts";
import { useApp, useSelect, useTask, useWords } from "../app-context.ts";
import { isRentable, otherFeatures, percentOf, regionsOf } from "../offer-filter.ts";
import { emcText } from "../parts/emc.tsx";
import { Fault, ViewLink, ViewTitle } from "../parts/frame.tsx";
import { Feature, RegionName } from "../parts/offer-words.tsx";
import { problemOf } from "../words.ts";

const VERDICTS = ["commitment", "signature", "worm", "binding"] as const;

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
              <span class="soft">{verdict.kind === "ok" ? words.t(`listing.${name}.ok`) : verdict.message}</span>
            </span>
          </li>
        );
      })}
    </ul>
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
          {words.t("listing.warnings")}: {judgement.warnings.map(visibleLine).join("; ")}
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

interface RadioProps<T extends string> {
  readonly name: string;
  readonly legend: string;
  readonly value: T;
  readonly options: readonly { readonly value: T; readonly title: string; readonly text: string }[];
  readonly onValue: (value: T) => void;
}

function Radios<T extends string>({ name, legend, value, options, onValue }: RadioProps<T>) {
  return (
    <fieldset class={`choice choice-${options.length}`}>
      <legend>{legend}</legend>
      {options.map((option) => (
        <label key={option.value}>
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={option.value === value}
            onChange={() => onValue(option.value)}
          />
          <span>
            <b>{option.title}</b>
            <small>{option.text}</small>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

interface Offered {
  readonly terms: TierTerms;
  readonly duration: RentalDuration;
  readonly price: MicroEmc;
}

/** Each tier and duration that has a price. */
function offeredBy({ tiers }: ListingOfferView): readonly Offered[] {
  return tiers.flatMap((terms) =>
    DURATIONS.flatMap((duration) => {
      const price = terms.rental[duration];
      return price === null ? [] : [{ terms, duration, price }];
    }),
  );
}

function SmsField({
  perSms,
  count,
  onCount,
}: {
  readonly perSms: MicroEmc;
  readonly count: number;
  readonly onCount: (count: number) => void;
}) {
  const words = useWords();
  return (
    <div class="field">
      <label for="sms-count">{words.t("rent.sms")}</label>
      <input
        id="sms-count"
        type="text"
        inputMode="numeric"
        aria-describedby="sms-count-note"
        value={String(count)}
        onInput={(event) => onCount(Math.min(100_000, Number(event.currentTarget.value.replace(/\D/g, "")) || 0))}
      />
      <p class="field-note" id="sms-count-note">
        {words.t("rent.sms.help", { price: emcText(words, perSms) })}
      </p>
    </div>
  );
}

function MethodRadios({
  due,
  method,
  onMethod,
}: {
  readonly due: MicroEmc;
  readonly method: "randpay" | "emc";
  readonly onMethod: (method: "randpay" | "emc") => void;
}) {
  const words = useWords();
  const { amount, risk } = ticketAmount(due);
  return (
    <Radios
      name="method"
      legend={words.t("rent.method")}
      value={method}
      onValue={onMethod}
      options={[
        { value: "emc", title: words.t("rent.method.emc"), text: words.t("rent.method.emc.text") },
        {
          value: "randpay",
          title: words.t("rent.method.randpay"),
          text: words.t("rent.method.randpay.text", { amount: words.decimal(String(amount / 1_000_000)), risk }),
        },
      ]}
    />
  );
}

function RentForm({ offer }: { readonly offer: ListingOfferView }) {
  const { controller, words } = useApp();
  const offered = offeredBy(offer);
  const [tier, setTier] = useState<Tier>(offered[0]?.terms.tier ?? "sms_only");
  const [wanted, setDuration] = useState<RentalDuration>("daily");
  const [sms, setSms] = useState(20);
  const [method, setMethod] = useState<"randpay" | "emc">("emc");
  const task = useTask();
  const ofTier = offered.filter(({ terms }) => terms.tier === tier);
  const chosen = ofTier.find(({ duration }) => duration === wanted) ?? ofTier[0];
  if (chosen === undefined) return null;
  const { terms, duration, price } = chosen;
  const paidSms = terms.perSms === 0 ? 0 : sms;
  const due = priceOf({ rental: price, perSms: terms.perSms }, paidSms);
  const submit = () => void task.run(() => controller.rent({ offer, tier, duration, sms: paidSms, method }));
  const tiers = [...new Set(offered.map((each) => each.terms.tier))];
  return (
    <form
      class="panel rent-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <h2>{words.t("rent.title")}</h2>
      {tiers.length > 1 && (
        <Radios
          name="tier"
          legend={words.t("rent.tier")}
          value={tier}
          onValue={setTier}
          options={tiers.map((value) => ({ value, title: words.t(`tier.${value}`), text: "" }))}
        />
      )}
      <Radios
        name="duration"
        legend={words.t("rent.duration")}
        value={duration}
        onValue={setDuration}
        options={ofTier.map((each) => ({
          value: each.duration,
          title: words.t(`duration.${each.duration}`),
          text: emcText(words, each.price),
        }))}
      />
      {terms.perSms > 0 && <SmsField perSms={terms.perSms} count={sms} onCount={setSms} />}
      {due > 0 && <MethodRadios due={due} method={method} onMethod={setMethod} />}
      <p class="rent-total">
        <span>{words.t("rent.total")}</span> <b>{emcText(words, due)}</b>
      </p>
      <Fault fault={task.problem} />
      <button type="submit" class="primary wide" disabled={task.busy}>
        {words.t("rent.submit")}
      </button>
      <p class="soft small">{words.t("rent.key")}</p>
    </form>
  );
}

type Looked =
  | { readonly kind: "loading" }
  | { readonly kind: "gone" }
  | { readonly kind: "failed"; readonly error: unknown }
  | { readonly kind: "found"; readonly offer: ListingOfferView };

export function Listing({ id }: { readonly id: string }) {
  const { controller, words } = useApp();
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
      {looked.kind === "loading" && (
        <p class="loading" role="status">
          {words.t("app.loading")}
        </p>
      )}
      {looked.kind === "gone" && (
        <Empty icon="number" title={words.t("listing.unknown")} text={words.t("listing.unknown.text")} />
      )}
      {looked.kind === "failed" && <Fault fault={problemOf(words, looked.error)} />}
      {looked.kind === "found" && (
        <div class="columns">
          {isRentable(looked.offer) ? (
            <RentForm offer={looked.offer} />
          ) : (
            <section class="panel">
              <Fault
                fault={{
                  what: looked.offer.available ? words.t("problem.market.not_rentable") : words.t("listing.taken"),
                  hint: words.t("hint.market.not_rentable"),
                }}
              />
            </section>
          )}
          <About offer={looked.offer} />
        </div>
      )}
    </>
  );
}
