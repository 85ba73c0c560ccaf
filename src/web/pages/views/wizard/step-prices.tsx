// What is offered and for how much, with what a renter will pay.

import { useState } from "preact/hooks";
import { saveSettings } from "../../api-settings.ts";
import { useApp } from "../../app-context.ts";
import { Emc } from "../../parts/emc.tsx";
import { TextField } from "../../parts/text-field.tsx";
import { useTask } from "../../parts/use-task.ts";
import {
  arePricesReady,
  isChainName,
  isPrice,
  type PriceForm,
  previewOf,
  pricingOf,
  suggestedPrices,
} from "../../wizard-forms.ts";
import { StepFrame, type StepProps } from "./step.tsx";

interface FormProps {
  readonly form: PriceForm;
  readonly set: (change: Partial<PriceForm>) => void;
}

function Terms({ form, set }: FormProps) {
  const { words } = useApp();
  const fault = (text: string, mayBeEmpty: boolean): string | null =>
    isPrice(text) || (mayBeEmpty && text === "") ? null : words.t("wizard.price.bad");
  return (
    <div class="step-prices">
      {(["daily", "weekly", "monthly"] as const).map((term) => (
        <TextField
          key={term}
          id={`price-${term}`}
          label={words.t(`wizard.price.${term}`)}
          mode="decimal"
          fault={fault(form[term], true)}
          value={form[term]}
          onValue={(value) => set({ [term]: value.trim().replace(",", ".") })}
        />
      ))}
      <TextField
        id="price-sms"
        label={words.t("wizard.price.sms")}
        mode="decimal"
        fault={fault(form.perSms, false)}
        value={form.perSms}
        onValue={(value) => set({ perSms: value.trim().replace(",", ".") })}
      />
    </div>
  );
}

function Preview({ form }: { readonly form: PriceForm }) {
  const { words } = useApp();
  const rows = previewOf(form);
  return (
    <section class="step-part" aria-live="polite" aria-labelledby="preview-title">
      <h2 id="preview-title">{words.t("wizard.price.preview")}</h2>
      {rows.length === 0 && <p class="step-note">{words.t("wizard.price.none")}</p>}
      <dl class="preview">
        {rows.map(({ term, total, messages }) => (
          <div key={term}>
            <dt>{words.t(`wizard.price.with.${term}`, { n: messages })}</dt>
            <dd>
              <Emc amount={total} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

export function PricesStep({ onDone, onSkip }: StepProps) {
  const { words } = useApp();
  const [form, setForm] = useState<PriceForm>(suggestedPrices);
  const { busy, problem, run } = useTask();
  const set = (change: Partial<PriceForm>): void => setForm({ ...form, ...change });
  const submit = (): void =>
    void run(async () => {
      await saveSettings([
        { path: ["identity", "name"], value: form.name },
        { path: ["listing", "tiers", "sms_only", "pricing"], value: pricingOf(form) },
      ]);
      await onDone();
    });
  return (
    <StepFrame
      title={words.t("wizard.prices.title")}
      text={words.t("wizard.prices.text")}
      {...{ problem, busy, ready: arePricesReady(form) }}
      onSubmit={submit}
      onSkip={() => void onSkip()}
    >
      <TextField
        id="chain-name"
        label={words.t("wizard.name")}
        help={words.t("wizard.name.help")}
        fault={form.name !== "" && !isChainName(form.name) ? words.t("wizard.name.bad") : null}
        value={form.name}
        onValue={(name) => set({ name: name.trim().toLowerCase() })}
      />
      <Terms form={form} set={set} />
      <Preview form={form} />
    </StepFrame>
  );
}
