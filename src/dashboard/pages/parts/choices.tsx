// Choices of a form, one of several.

import type { MicroEmc } from "../../../base/index.ts";
import { ticketAmount } from "../../../emercoin/index.ts";
import type { RentRequest } from "../../../protocol/index.ts";
import { useWords } from "../app-context.ts";

interface RadioProps<T extends string> {
  readonly name: string;
  readonly legend: string;
  readonly value: T;
  readonly options: readonly { readonly value: T; readonly title: string; readonly text: string }[];
  readonly onValue: (value: T) => void;
}

export function Radios<T extends string>({ name, legend, value, options, onValue }: RadioProps<T>) {
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

export type PayMethod = RentRequest["payment"]["method"];

export function MethodRadios({
  due,
  method,
  onMethod,
}: {
  readonly due: MicroEmc;
  readonly method: PayMethod;
  readonly onMethod: (method: PayMethod) => void;
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
