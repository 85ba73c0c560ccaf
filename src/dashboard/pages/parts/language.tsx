// The choice of the language, at the entrance and in the account.

import { Field, LanguageSelect } from "../../../page-parts/index.ts";
import { useApp, useTask } from "../app-context.ts";
import { Fault } from "./frame.tsx";

export function LanguageChoice() {
  const { controller, words } = useApp();
  const task = useTask();
  return (
    <div class="language">
      <Field
        id="language"
        label={words.t("language.label")}
        control={(ids) => (
          <LanguageSelect
            ids={ids}
            locale={words.locale}
            onLanguage={(id) => void task.run(() => controller.setLanguage(id))}
          />
        )}
      />
      <Fault fault={task.problem} />
    </div>
  );
}
