// The rules of the alerts as a table.

import type { AlertRuleView } from "../../../protocol/index.ts";
import { useWords } from "../app-context.ts";
import type { Translator } from "../i18n.ts";

function limitText(words: Translator, { id, limit }: AlertRuleView): string {
  if (limit === null) return "";
  const unit = words.find(`alerts.unit.${id}`) ?? "";
  const values = { bad: `${words.number(limit.raise_at)} ${unit}`, good: `${words.number(limit.clear_at)} ${unit}` };
  return words.t(`alerts.limit.${limit.side}`, values);
}

export function AlertRules({ rules }: { readonly rules: readonly AlertRuleView[] }) {
  const words = useWords();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section class="alert-rules-table" tabIndex={0} aria-labelledby="alerts-rules">
      <table class="chain-table">
        <thead>
          <tr>
            <th scope="col">{words.t("alerts.rule")}</th>
            <th scope="col">{words.t("alerts.severity")}</th>
            <th scope="col">{words.t("alerts.after")}</th>
            <th scope="col">{words.t("alerts.limit")}</th>
          </tr>
        </thead>
        <tbody>
          {rules.map((rule) => (
            <tr key={rule.id}>
              <th scope="row">{words.find(`alerts.rule.${rule.id}`) ?? rule.id}</th>
              <td class={`alert-severity-${rule.severity}`}>{words.t(`alerts.severity.${rule.severity}`)}</td>
              <td>{rule.after_ms === 0 ? words.t("alerts.at_once") : words.span(rule.after_ms)}</td>
              <td>{limitText(words, rule)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
