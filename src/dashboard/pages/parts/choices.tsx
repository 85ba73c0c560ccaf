// Choices of a form, one of several.

import type { MicroEmc } from "../../../base/index.ts";
import { ticketAmount } from "../../../emercoin/index.ts";
import type { RentRequest } from "../../../protocol/index.ts";
import { useWords } from "../app-context.ts";

export interface RadioOption<T extends string> {
  readonly value: T;
  readonly title: string;
  readonly text: string;
}

interface RadioProps<T extends string> {
  readonly name: string;
  readonly legend: string;
  readonly value: T;
  readonly options: readonly RadioOption<T>[];
  readonly onValue: (value: T) => void;
  /** Under each other: for long texts. */
  readonly inRows?: boolean;
}

export function Radios<T extends string>({ name, legend, value, options, onValue, inRows = false }: RadioProps<T>) {
  return (
    <fieldset class={`choice choice-${inRows ? "rows" : options.length}`}>
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
/** Those that ask for nothing more. */
export type PlainPayMethod = Exclude<PayMethod, "escrow">;

interface MethodProps<T extends string> {
  readonly due: MicroEmc;
  readonly method: T | PlainPayMethod;
  /** Ways besides the plain ones. */
  readonly others: readonly RadioOption<T>[];
  readonly onMethod: (method: T | PlainPayMethod) => void;
}

export function MethodRadios<T extends string = PlainPayMethod>({ due, method, others, onMethod }: MethodProps<T>) {
  const words = useWords();
  const { amount, risk } = ticketAmount(due);
  const ticket = { amount: words.decimal(String(amount / 1_000_000)), risk };
  return (
    <Radios<T | PlainPayMethod>
      name="method"
      legend={words.t("rent.method")}
      value={method}
      onValue={onMethod}
      inRows={others.length > 0}
      options={[
        { value: "emc", title: words.t("rent.method.emc"), text: words.t("rent.method.emc.text") },
        { value: "randpay", title: words.t("rent.method.randpay"), text: words.t("rent.method.randpay.text", ticket) },
        ...others,
      ]}
    />
  );
}
