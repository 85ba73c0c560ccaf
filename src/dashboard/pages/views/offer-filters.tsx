// The filters over the offers. They are local: the relay is not told what somebody looks for.

import { useState } from "preact/hooks";
import { shortEmc } from "../../../base/index.ts";
import { Field } from "../../../page-parts/index.ts";
import { DURATIONS, TIERS } from "../../../registry/index.ts";
import { useWords } from "../app-context.ts";
import { amountOf, type OfferFilter, REGIONS } from "../offer-filter.ts";

interface Choice {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly options: readonly (readonly [value: string, text: string])[];
  readonly onValue: (value: string) => void;
}

function Choose({ id, label, value, options, onValue }: Choice) {
  return (
    <Field
      id={id}
      label={label}
      control={(ids) => (
        <select {...ids} value={value} onChange={(event) => onValue(event.currentTarget.value)}>
          {options.map(([each, text]) => (
            <option key={each} value={each}>
              {text}
            </option>
          ))}
        </select>
      )}
    />
  );
}

/** Per mille. */
const LEAST = [0, 900, 990] as const;

interface FiltersProps {
  readonly filter: OfferFilter;
  readonly countries: readonly string[];
  readonly onFilter: (filter: OfferFilter) => void;
}

function PriceField({ filter, onFilter }: Pick<FiltersProps, "filter" | "onFilter">) {
  const words = useWords();
  const [price, setPrice] = useState(filter.atMost === null ? "" : shortEmc(filter.atMost));
  const isAmount = price.trim() === "" || amountOf(price) !== null;
  return (
    <Field
      id="filter-price"
      label={words.t("filter.price")}
      fault={isAmount ? null : words.t("filter.price.bad")}
      control={(ids) => (
        <input
          {...ids}
          type="text"
          inputMode="decimal"
          autocomplete="off"
          value={price}
          onInput={(event) => {
            setPrice(event.currentTarget.value);
            onFilter({ ...filter, atMost: amountOf(event.currentTarget.value) });
          }}
        />
      )}
    />
  );
}

/** What this relay carries orders for, or all that it shows. */
function HereField({ filter, onFilter }: Pick<FiltersProps, "filter" | "onFilter">) {
  const words = useWords();
  return (
    <Choose
      id="filter-here"
      label={words.t("filter.here")}
      value={filter.here ? "here" : ""}
      options={[
        ["here", words.t("filter.here.here")],
        ["", words.t("filter.here.any")],
      ]}
      onValue={(value) => onFilter({ ...filter, here: value === "here" })}
    />
  );
}

export function Filters({ filter, countries, onFilter }: FiltersProps) {
  const words = useWords();
  const regions = [...REGIONS, ...countries];
  const nameOf = (region: string): string => words.find(`region.${region}`) ?? region.toUpperCase();
  return (
    <section class="filters" aria-label={words.t("filter.label")}>
      <Choose
        id="filter-tier"
        label={words.t("filter.tier")}
        value={filter.tier ?? ""}
        options={[
          ["", words.t("filter.tier.any")],
          ...TIERS.map((tier) => [tier, words.t(`filter.tier.${tier}`)] as const),
        ]}
        onValue={(value) => onFilter({ ...filter, tier: TIERS.find((tier) => tier === value) ?? null })}
      />
      <Choose
        id="filter-region"
        label={words.t("filter.region")}
        value={filter.region ?? ""}
        options={[["", words.t("filter.region.any")], ...regions.map((region) => [region, nameOf(region)] as const)]}
        onValue={(value) => onFilter({ ...filter, region: value === "" ? null : value })}
      />
      <Choose
        id="filter-duration"
        label={words.t("filter.duration")}
        value={filter.duration}
        options={DURATIONS.map((duration) => [duration, words.t(`duration.${duration}`)] as const)}
        onValue={(value) => onFilter({ ...filter, duration: DURATIONS.find((each) => each === value) ?? "daily" })}
      />
      <Choose
        id="filter-reputation"
        label={words.t("filter.reputation")}
        value={String(filter.reputation)}
        options={LEAST.map((least) => [
          String(least),
          least === 0 ? words.t("filter.reputation.any") : words.t("filter.reputation.least", { n: least / 10 }),
        ])}
        onValue={(value) => onFilter({ ...filter, reputation: Number(value) })}
      />
      <Choose
        id="filter-payment"
        label={words.t("filter.payment")}
        value={filter.escrow ? "escrow" : ""}
        options={[
          ["", words.t("filter.payment.any")],
          ["escrow", words.t("filter.payment.escrow")],
        ]}
        onValue={(value) => onFilter({ ...filter, escrow: value === "escrow" })}
      />
      <HereField filter={filter} onFilter={onFilter} />
      <PriceField filter={filter} onFilter={onFilter} />
    </section>
  );
}
